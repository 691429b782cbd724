#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "common/checks/decoders.h"
#include "common/checks/formats.h"
#include "common/core/digest.h"
#include "common/core/text.h"
#include "common/model/when.h"

namespace picket::checks {
namespace {

constexpr int kSamplesMost = 100'000;
constexpr std::size_t kIdDigits = 12;

// The severities of the verdicts.
Severity usual_severity(AlertCondition condition) {
  switch (condition) {
    case AlertCondition::down: return Severity::critical;
    case AlertCondition::regional:
    case AlertCondition::burn_rate:
    case AlertCondition::no_data: return Severity::error;
    case AlertCondition::threshold:
    case AlertCondition::degraded: break;
  }
  return Severity::warning;
}

// Of a text on one line the caret points into it; of others at its begin.
Mark place_in(const Report& report, const Node& node, const WhenMistake& mistake) {
  const std::string_view line = report.line(node.at.line);
  const auto found = line.find(node.text.substr(0, node.text.find('\n')));
  if (found == std::string_view::npos || node.text.find('\n') != std::string::npos) return node.at;
  Mark at = node.at;
  const auto begin = line.find_first_not_of(' ');
  at.column = static_cast<int>(1 + found + mistake.offset);
  at.length = static_cast<int>(mistake.length);
  return found < begin ? node.at : at;
}

bool decode_when(const Fields& fields, Alert& alert) {
  const Entry* entry = fields.require("when", "when: down");
  std::string text;
  if (entry == nullptr || !fields.text("when", text)) return false;
  auto when = parse_when(text);
  if (!when) {
    const Mark at = place_in(fields.report(), *entry->value, when.error());
    Diagnostic& mistake = fields.report().add("E0207", at, when.error().message);
    mistake.note = when.error().note;
    mistake.help = when.error().help;
    return false;
  }
  if (const auto* verdict = std::get_if<AlertCondition>(&*when)) {
    alert.condition = *verdict;
    return true;
  }
  alert.condition = AlertCondition::threshold;
  alert.threshold = std::get<Threshold>(std::move(*when));
  return true;
}

void decode_samples(const Fields& fields, Alert& alert) {
  int samples = Threshold::kSamplesUsual;
  if (!fields.integer("samples", {1, kSamplesMost}, samples)) return;
  if (alert.threshold && alert.threshold->aggregate != Aggregate::newest)
    alert.threshold->samples = samples;
  else
    fields.report()
        .add("E0113", fields.find("samples")->at, "`samples` belongs to an aggregate")
        .help = "it is the least number of runs in the window of p95(..), ratio(..) and others";
}

// Without a name a comparison is named by what it says: pages keep their identity while it does.
std::string usual_id(const Alert& alert) {
  if (!alert.threshold) return std::string{to_string(alert.condition)};
  return "when-" + sha256_hex(render_when(alert)).substr(0, kIdDigits);
}

void decode_severity(const Fields& fields, Alert& alert) {
  alert.severity = usual_severity(alert.condition);
  std::string text;
  if (!fields.choice("severity", {"critical", "error", "warning", "info"}, text)) return;
  if (const auto severity = parse_severity(text)) alert.severity = *severity;
}

// The word of a verdict as the name of another condition: its pages would look like the verdict's.
void check_id(const Fields& fields, const Alert& alert) {
  const auto when = parse_when(alert.id);
  const auto* verdict = when ? std::get_if<AlertCondition>(&*when) : nullptr;
  if (verdict == nullptr || *verdict == alert.condition || !is_label_name(alert.id)) return;
  fields.report()
      .add("E0111", fields.find("name")->value->at,
           fmt::format("`{}` names the verdict, not this condition", alert.id))
      .help = "give it a name of its own, for example slow";
}

std::optional<Alert> decode_alert(Report& report, const Node& node) {
  const Fields fields(report, node, check_keys("alert"));
  Alert alert;
  alert.at = report.position(node.at);
  if (fields.text("name", alert.id) && !is_label_name(alert.id))
    report.add("E0111", fields.find("name")->value->at, "no name for an alert").help =
        "lower-case letters, digits and hyphens";
  const bool readable = decode_when(fields, alert);
  decode_severity(fields, alert);
  decode_samples(fields, alert);
  fields.duration("for", {Millis{0}, std::chrono::hours{24}}, alert.hold);
  fields.text("summary", alert.summary);
  if (decode_receivers(fields, alert.notify) && alert.notify.empty())
    report.add("E0111", fields.find("notify")->value->at, "`notify` names nobody").help =
        "remove it: the alert then pages whom the check's `notify` names";
  if (!readable) return std::nullopt;
  check_id(fields, alert);
  if (alert.id.empty()) alert.id = usual_id(alert);
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

bool has_condition(const std::vector<Alert>& alerts, AlertCondition condition) {
  return std::any_of(alerts.begin(), alerts.end(),
                     [&](const Alert& alert) { return alert.condition == condition; });
}

Alert usual_alert(AlertCondition condition, const SourcePosition& at) {
  Alert alert;
  alert.id = std::string{to_string(condition)};
  alert.condition = condition;
  alert.severity = usual_severity(condition);
  alert.at = at;
  return alert;
}

// An objective tells by itself when its budget burns: fast as an error, slowly as a warning.
void add_burn_alerts(std::vector<Alert>& alerts, const SourcePosition& at) {
  if (has_condition(alerts, AlertCondition::burn_rate)) return;
  alerts.push_back(usual_alert(AlertCondition::burn_rate, at));
  Alert slow = usual_alert(AlertCondition::burn_rate, at);
  slow.id = "burn_rate_slow";
  slow.severity = Severity::warning;
  alerts.push_back(std::move(slow));
}

}  // namespace

std::vector<Alert> decode_alerts(Report& report, const Entry* entry, const Mark& at,
                                 const std::optional<Slo>& slo) {
  std::vector<Alert> alerts;
  if (entry != nullptr && entry->value->kind != NodeKind::sequence)
    add_wrong_type(report, "alerts", *entry->value, "a list").help =
        "for example [{when: down, severity: critical}]";
  if (entry != nullptr) {
    for (const NodePtr& item : entry->value->items)
      if (auto alert = decode_alert(report, *item)) alerts.push_back(std::move(*alert));
    refuse_twins(report, alerts, *entry->value);
  }
  for (const AlertCondition condition : {AlertCondition::down, AlertCondition::regional})
    if (!has_condition(alerts, condition))
      alerts.push_back(usual_alert(condition, report.position(at)));
  if (slo && slo->burn_alerts) add_burn_alerts(alerts, report.position(at));
  return alerts;
}

}  // namespace picket::checks
