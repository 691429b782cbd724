#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "common/checks/decoders.h"
#include "common/checks/formats.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

constexpr std::array kConditions{AlertCondition::down, AlertCondition::regional,
                                 AlertCondition::degraded, AlertCondition::no_data};

// The severities of the verdicts.
Severity usual_severity(AlertCondition condition) {
  switch (condition) {
    case AlertCondition::down: return Severity::critical;
    case AlertCondition::regional:
    case AlertCondition::no_data: return Severity::error;
    case AlertCondition::degraded: break;
  }
  return Severity::warning;
}

std::vector<std::string> condition_names() {
  std::vector<std::string> names;
  for (const auto condition : kConditions) names.emplace_back(to_string(condition));
  return names;
}

std::optional<AlertCondition> find_condition(std::string_view name) {
  for (const auto condition : kConditions)
    if (to_string(condition) == name) return condition;
  return std::nullopt;
}

std::optional<AlertCondition> decode_when(const Fields& fields) {
  const Entry* entry = fields.require("when", "when: down");
  std::string text;
  if (entry == nullptr || !fields.text("when", text)) return std::nullopt;
  const auto condition = find_condition(text);
  if (condition) return condition;
  const bool expression = text == "burn_rate" || text.find_first_of("<>=(!") != text.npos;
  Diagnostic& mistake =
      fields.report().add(expression ? "E0114" : "E0111", entry->value->at,
                          expression ? "expressions in `when` are not run by this version"
                                     : fmt::format("`{}` is no condition", cut_utf8(text, 60)));
  const std::string near = did_you_mean(text, condition_names());
  if (!near.empty()) mistake.note = fmt::format("did you mean `{}`?", near);
  mistake.help = fmt::format("one of {}", fmt::join(condition_names(), ", "));
  return std::nullopt;
}

void decode_severity(const Fields& fields, Alert& alert) {
  alert.severity = usual_severity(alert.condition);
  std::string text;
  if (!fields.choice("severity", {"critical", "error", "warning", "info"}, text)) return;
  if (const auto severity = parse_severity(text)) alert.severity = *severity;
}

std::optional<Alert> decode_alert(Report& report, const Node& node) {
  const Fields fields(report, node, check_keys("alert"));
  Alert alert;
  alert.at = report.position(node.at);
  if (fields.text("name", alert.id) && !is_label_name(alert.id))
    report.add("E0111", fields.find("name")->value->at, "no name for an alert").help =
        "lower-case letters, digits and hyphens";
  const auto condition = decode_when(fields);
  if (condition) alert.condition = *condition;
  decode_severity(fields, alert);
  fields.duration("for", {Millis{0}, std::chrono::hours{24}}, alert.hold);
  fields.text("summary", alert.summary);
  decode_receivers(fields, alert.notify);
  if (!condition) return std::nullopt;
  if (alert.id.empty()) alert.id = std::string{to_string(alert.condition)};
  return alert;
}

void refuse_twins(Report& report, const std::vector<Alert>& alerts, const Node& node) {
  std::map<std::string, SourcePosition> seen;
  for (const Alert& alert : alerts) {
    const auto [first, inserted] = seen.try_emplace(alert.id, alert.at);
    if (inserted) continue;
    Mark at = node.at;
    at.line = alert.at.line;
    at.column = alert.at.column;
    Diagnostic& mistake =
        report.add("E0301", at, fmt::format("two alerts are named `{}`", alert.id));
    mistake.related.push_back({first->second, "first here"});
    mistake.help = "give one of them a `name`: it is the identity of its pages";
  }
}

void add_missing(std::vector<Alert>& alerts, AlertCondition condition, const SourcePosition& at) {
  const bool there = std::any_of(alerts.begin(), alerts.end(), [&](const Alert& alert) {
    return alert.condition == condition || alert.id == to_string(condition);
  });
  if (there) return;
  Alert alert;
  alert.id = std::string{to_string(condition)};
  alert.condition = condition;
  alert.severity = usual_severity(condition);
  alert.at = at;
  alerts.push_back(std::move(alert));
}

}  // namespace

std::vector<Alert> decode_alerts(Report& report, const Entry* entry, const Mark& at) {
  std::vector<Alert> alerts;
  if (entry != nullptr && entry->value->kind != NodeKind::sequence)
    add_wrong_type(report, "alerts", *entry->value, "a list").help =
        "for example [{when: down, severity: critical}]";
  if (entry != nullptr) {
    for (const NodePtr& item : entry->value->items)
      if (auto alert = decode_alert(report, *item)) alerts.push_back(std::move(*alert));
    refuse_twins(report, alerts, *entry->value);
  }
  add_missing(alerts, AlertCondition::down, report.position(at));
  add_missing(alerts, AlertCondition::regional, report.position(at));
  return alerts;
}

}  // namespace picket::checks
