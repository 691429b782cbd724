#include "controller/api/people_metrics.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "controller/api/gauge_text.h"
#include "controller/api/series.h"

namespace picket::controller {
namespace {

using Group = std::pair<std::string, std::string>;  // service, team

std::string counter(std::string_view name, std::string_view help,
                    const std::map<Group, std::size_t>& values) {
  if (values.empty()) return {};
  std::string out = fmt::format("# HELP {0} {1}\n# TYPE {0} counter\n", name, help);
  for (const auto& [group, value] : values)
    out += fmt::format("{}{{service=\"{}\",team=\"{}\"}} {}\n", name, escape_label(group.first),
                       escape_label(group.second), value);
  return out;
}

}  // namespace

std::string render_delivery_metrics(const std::vector<DeploymentOutcome>& all,
                                    const std::vector<DeliveryPerformance>& window) {
  std::map<Group, std::size_t> deployments;
  std::map<Group, std::size_t> failures;
  for (const DeploymentOutcome& one : all) {
    const Group group{one.row.service, one.row.team};
    ++deployments[group];
    failures[group] += one.failed ? 1 : 0;
  }
  GaugeText gauges;
  for (const DeliveryPerformance& one : window) {
    const GaugeText::Labels labels{{"service", one.service}, {"team", one.team}};
    const auto add = [&](const char* name, const char* help, const std::optional<double>& value) {
      if (value) gauges.add(name, help, *value, labels);
    };
    const auto seconds = [](const MedianTime& time) {
      return time.median ? std::optional{static_cast<double>(time.median->count()) / 1000}
                         : std::nullopt;
    };
    add("picket_deployments_per_day", "Deployments a day, over 30 days", one.per_day);
    add("picket_change_failure_ratio",
        "Deployments that an incident followed within an hour, of all, over 30 days",
        one.failure_rate);
    add("picket_time_to_detect_median_seconds", "First bad run to page, median over 30 days",
        seconds(one.detect));
    add("picket_time_to_acknowledge_median_seconds", "Page to acknowledge, median over 30 days",
        seconds(one.acknowledge));
    add("picket_time_to_restore_median_seconds", "First bad run to recovery, median over 30 days",
        seconds(one.restore));
  }
  return counter("picket_deployments_total", "Deployments that the store keeps", deployments) +
         counter("picket_change_failures_total",
                 "Deployments that an incident followed within an hour", failures) +
         gauges.render();
}

std::string render_action_metrics(const std::vector<ActionItemRow>& items, WallTime now) {
  std::map<ActionState, std::size_t> by_state;
  std::map<std::string, std::size_t> overdue;  // by owner, of those with an open item
  for (const ActionItemRow& item : items) {
    ++by_state[item.state];
    if (item.state != ActionState::open) continue;
    overdue[item.owner] += now >= item.due ? 1 : 0;
  }
  GaugeText gauges;
  for (const auto state : {ActionState::open, ActionState::done, ActionState::deprioritised})
    gauges.add("picket_action_items", "Action items of incidents",
               static_cast<double>(by_state[state]), {{"state", std::string{to_string(state)}}});
  for (const auto& [owner, count] : overdue)
    gauges.add("picket_action_items_overdue", "Open action items past their deadline",
               static_cast<double>(count), {{"owner", owner}});
  return gauges.render();
}

}  // namespace picket::controller
