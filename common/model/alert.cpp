#include "common/model/alert.h"

namespace picket {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::critical: return "critical";
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::info: return "info";
  }
  return "critical";
}

std::optional<Severity> parse_severity(std::string_view name) {
  for (const auto severity :
       {Severity::critical, Severity::error, Severity::warning, Severity::info})
    if (to_string(severity) == name) return severity;
  return std::nullopt;
}

std::string_view to_string(AlertCondition condition) {
  switch (condition) {
    case AlertCondition::down: return "down";
    case AlertCondition::regional: return "regional";
    case AlertCondition::degraded: return "degraded";
    case AlertCondition::no_data: return "no_data";
    case AlertCondition::burn_rate: return "burn_rate";
    case AlertCondition::threshold: return "threshold";
  }
  return "down";
}

std::string render_when(const Alert& alert) {
  return alert.threshold ? render(*alert.threshold) : std::string{to_string(alert.condition)};
}

}  // namespace picket
