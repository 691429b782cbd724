// Alerts of a check: when to tell whom. Plain values, part of a Check (check.h); decoded by
// common/checks, judged by controller/evaluate.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/time.h"
#include "common/model/failure.h"
#include "common/model/threshold.h"

namespace picket {

enum class Severity { critical, error, warning, info };
std::string_view to_string(Severity severity);
std::optional<Severity> parse_severity(std::string_view name);

// The first four are verdicts of the check; the other two stand beside them.
enum class AlertCondition { down, regional, degraded, no_data, burn_rate, threshold };
std::string_view to_string(AlertCondition condition);

inline constexpr std::size_t kVerdictConditions = 4;
inline bool is_verdict(AlertCondition condition) {
  return static_cast<std::size_t>(condition) < kVerdictConditions;
}

struct Alert {
  std::string id;  // the `name`, else derived from the condition; part of the dedup key
  AlertCondition condition{AlertCondition::down};
  Millis hold{0};  // `for`
  Severity severity{Severity::critical};
  std::vector<std::string> notify;  // receivers; empty: the check's
  std::string summary;
  SourcePosition at;
  std::optional<Threshold> threshold;  // of AlertCondition::threshold
  bool operator==(const Alert&) const = default;
};

// What the alert waits for, as `when` writes it: "down", "p95(duration) > 1.5s over 10m".
std::string render_when(const Alert& alert);

}  // namespace picket
