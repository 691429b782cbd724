// Why Picket could not do its own job. A target that failed is not an Error: it is a result.
// Errors are plain values, returned in Result<T>, logged only by the place that decides.
// No thread affinity.
#pragma once

#include <string>
#include <string_view>

namespace picket {

// Who must act next.
enum class ErrorKind {
  retryable,         // we do: back off with jitter inside the deadline
  user_fixable,      // the author of a check or the caller: reject that item, keep the rest
  operator_fixable,  // who runs the daemon: degrade visibly, keep trying slowly
  fatal,             // a developer: stop, the supervisor restarts
};

enum class ErrorCode {
#define PICKET_ERROR(code, kind, text) code,
#include "common/core/error_codes.def"
#undef PICKET_ERROR
};

ErrorKind kind_of(ErrorCode code);
std::string_view to_string(ErrorCode code);  // the metric label, e.g. "disk_full"
std::string_view to_string(ErrorKind kind);
std::string_view summary_of(ErrorCode code);  // a few words for people

struct Error {
  ErrorCode code{ErrorCode::internal};
  std::string message;  // what happened, with the names a reader needs
  std::string hint;     // what to do about it; may be empty

  ErrorKind kind() const { return kind_of(code); }
};

// "disk_full: spool /x: write failed (hint)": one line for logs and terminals.
std::string render(const Error& error);

// The errno of a failed system call as an Error: ENOSPC and EDQUOT are disk_full, EMFILE, ENFILE
// and ENOMEM are resource_exhausted, anything else is io.
Error error_from_errno(int errno_value, std::string_view what);

}  // namespace picket
