#include "common/model/failure.h"

#include <iterator>

namespace picket {
namespace {

struct Row {
  FailureClass failure_class;
  std::string_view name;
  std::string_view summary;
  std::string_view advice;
};

constexpr Row kRows[] = {
#define PICKET_FAILURE(kind, failure_class, text, advice) \
  {FailureClass::failure_class, #kind, text, advice},
#include "common/model/failure_kinds.def"
#undef PICKET_FAILURE
};

const Row& row(FailureKind kind) { return kRows[static_cast<size_t>(kind)]; }

}  // namespace

std::string_view to_string(FailureKind kind) { return row(kind).name; }
FailureClass class_of(FailureKind kind) { return row(kind).failure_class; }
std::string_view summary_of(FailureKind kind) { return row(kind).summary; }
std::string_view advice_of(FailureKind kind) { return row(kind).advice; }

std::string_view to_string(FailureClass failure_class) {
  switch (failure_class) {
    case FailureClass::retryable: return "retryable";
    case FailureClass::user_fixable: return "user_fixable";
    case FailureClass::operator_fixable: return "operator_fixable";
    case FailureClass::fatal: return "fatal";
  }
  return "fatal";
}

std::optional<FailureKind> parse_failure_kind(std::string_view name) {
  for (size_t i = 0; i < std::size(kRows); ++i)
    if (kRows[i].name == name) return static_cast<FailureKind>(i);
  return std::nullopt;
}

bool is_unmeasured(FailureKind kind) {
  return class_of(kind) == FailureClass::operator_fixable || kind == FailureKind::internal;
}

std::string render(const SourcePosition& position) {
  std::string out = position.file;
  if (position.line == 0) return out;
  out += ':' + std::to_string(position.line);
  if (position.column != 0) out += ':' + std::to_string(position.column);
  return out;
}

}  // namespace picket
