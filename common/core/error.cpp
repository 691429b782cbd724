#include "common/core/error.h"

#include <cerrno>
#include <system_error>

namespace picket {
namespace {

struct Row {
  ErrorKind kind;
  std::string_view name;
  std::string_view summary;
};

constexpr Row kRows[] = {
#define PICKET_ERROR(code, kind, text) {ErrorKind::kind, #code, text},
#include "common/core/error_codes.def"
#undef PICKET_ERROR
};

const Row& row(ErrorCode code) { return kRows[static_cast<size_t>(code)]; }

}  // namespace

ErrorKind kind_of(ErrorCode code) { return row(code).kind; }
std::string_view to_string(ErrorCode code) { return row(code).name; }
std::string_view summary_of(ErrorCode code) { return row(code).summary; }

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::retryable: return "retryable";
    case ErrorKind::user_fixable: return "user_fixable";
    case ErrorKind::operator_fixable: return "operator_fixable";
    case ErrorKind::fatal: return "fatal";
  }
  return "fatal";
}

std::string render(const Error& error) {
  std::string line{to_string(error.code)};
  line += ": ";
  line += error.message.empty() ? std::string{summary_of(error.code)} : error.message;
  if (!error.hint.empty()) line += " (" + error.hint + ")";
  return line;
}

Error error_from_errno(int errno_value, std::string_view what) {
  const std::string text = std::string{what} + ": " + std::generic_category().message(errno_value);
  switch (errno_value) {
    case ENOSPC:
    case EDQUOT: return {ErrorCode::disk_full, text, "free space on that file system"};
    case EMFILE:
    case ENFILE:
    case ENOMEM: return {ErrorCode::resource_exhausted, text, "raise the limit of the service"};
    default: return {ErrorCode::io, text, {}};
  }
}

}  // namespace picket
