#include <algorithm>
#include <array>
#include <utility>

#include "common/checks/diagnostic.h"

namespace picket::checks {
namespace {

struct Row {
  std::string_view code;
  std::string_view meaning;
  std::string_view advice;
};

constexpr Row kRows[] = {
#define PICKET_DIAGNOSTIC(code, meaning, advice) {#code, meaning, advice},
#include "common/checks/diagnostic_codes.def"
#undef PICKET_DIAGNOSTIC
};

}  // namespace

std::optional<CodeMeaning> meaning_of_code(std::string_view code) {
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows),
                                 [&](const Row& candidate) { return candidate.code == code; });
  if (row == std::end(kRows)) return std::nullopt;
  return CodeMeaning{row->meaning, row->advice};
}

std::vector<std::string_view> all_codes() {
  std::vector<std::string_view> codes;
  for (const Row& row : kRows) codes.push_back(row.code);
  return codes;
}

}  // namespace picket::checks
