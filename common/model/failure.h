// What can be wrong with a target, as measured by a run: the kind says what was seen, the class
// who must act. "Our own job failed" is an Error (common/core/error.h), never a Failure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace picket {

enum class FailureKind {
#define PICKET_FAILURE(kind, failure_class, text, advice) kind,
#include "common/model/failure_kinds.def"
#undef PICKET_FAILURE
};

enum class FailureClass {
  retryable,         // may pass on the next try
  user_fixable,      // the author of the check
  operator_fixable,  // who runs the agent or its network
  fatal,             // a developer of Picket
};

std::string_view to_string(FailureKind kind);
std::string_view to_string(FailureClass failure_class);
std::optional<FailureKind> parse_failure_kind(std::string_view name);
FailureClass class_of(FailureKind kind);
std::string_view summary_of(FailureKind kind);  // "the name does not exist (NXDOMAIN)"
std::string_view advice_of(FailureKind kind);   // what to do next

// True when the kind means that the agent could not measure: the run is unknown, never down.
bool is_unmeasured(FailureKind kind);

// Where in a check file something was written; line and column from 1, 0 = not known.
struct SourcePosition {
  std::string file;
  int line{0};
  int column{0};
  bool operator==(const SourcePosition&) const = default;
};

// "checks/shop.check.yaml:41:11"
std::string render(const SourcePosition& position);

struct Failure {
  FailureKind kind{};
  std::string message;  // "expect.status: wanted 201, got 500"; redacted, valid UTF-8, cut
  SourcePosition at;    // of the expectation that failed, if one did
  bool operator==(const Failure&) const = default;
};

}  // namespace picket
