#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/export/export.h"
#include "cli/import/yaml_writer.h"
#include "common/core/text.h"
#include "common/model/incident.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kHead =
    "Alerts of the checks by `picket export prometheus-rules`, over the controller's metrics. "
    "Burn rates need the recordings of deploy/prometheus/picket-slo.rules.yml, whose own alerts "
    "tell of all objectives alike: route one of the two.";

// A label value of PromQL.
std::string job(const Check& check) { return "job=\"" + check.name.value + "\""; }

std::string duration(Millis span) {
  const auto seconds = std::max<long long>(1, span.count() / 1000);
  if (seconds % 3600 == 0) return fmt::format("{}h", seconds / 3600);
  return seconds % 60 == 0 ? fmt::format("{}m", seconds / 60) : fmt::format("{}s", seconds);
}

// "picket:slo_burn_rate:1h": the long windows have the names of the recordings.
std::string window(Millis span) {
  const auto hours = span.count() / 3'600'000;
  if (hours == 0) return fmt::format("{}m", span.count() / 60'000);
  return hours % 24 == 0 ? fmt::format("{}d", hours / 24) : fmt::format("{}h", hours);
}

std::string burn_rate(const Check& check, bool urgent) {
  std::string any;
  for (const BurnWindow& row : kBurnWindows) {
    if (row.urgent != urgent) continue;
    any += fmt::format(
        "{}(picket:slo_burn_rate:{}{{{}}} >= {} and picket:slo_burn_rate:short{}{{{}}} >= {} and "
        "picket:slo_bad:{}{{{}}} >= {})",
        any.empty() ? "" : " or ", window(row.long_window), job(check), row.factor,
        window(row.short_window), job(check), row.factor, window(row.long_window), job(check),
        kBurnBadLeast);
  }
  return any;
}

// How many regions must show it: in PromQL a series is a region.
std::string in_scope(const Threshold& threshold, const std::string& expression) {
  return threshold.scope == ThresholdScope::regions
             ? fmt::format("count({}) >= {}", expression, threshold.regions)
             : expression;
}

double quantile_of(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::p50: return 0.5;
    case Aggregate::p75: return 0.75;
    case Aggregate::p90: return 0.9;
    case Aggregate::p95: return 0.95;
    case Aggregate::p99: return 0.99;
    case Aggregate::p99_9: return 0.999;
    default: return 0;
  }
}

// Of `duration` and `expires_in` of the whole run; empty: PromQL has no such series.
std::string comparison(const Check& check, const Threshold& threshold) {
  if (!threshold.step.empty() || !is_number(threshold.literal)) return "";
  const std::string literal =
      fmt::format("{} {}", to_string(threshold.comparison), as_number(threshold.literal) / 1000);
  const bool newest = threshold.aggregate == Aggregate::newest;
  if (threshold.metric == "expires_in" || threshold.metric == "tls.expires_in")
    return newest
               ? in_scope(threshold, fmt::format("probe_ssl_earliest_cert_expiry{{{}}} - time() {}",
                                                 job(check), literal))
               : "";
  if (threshold.metric != "duration") return "";
  const std::string by = threshold.scope == ThresholdScope::pooled ? "" : ", probe";
  if (newest)
    return in_scope(threshold, fmt::format("probe_duration_seconds{{{}}} {}", job(check), literal));
  if (const double quantile = quantile_of(threshold.aggregate); quantile > 0)
    return in_scope(threshold,
                    fmt::format("histogram_quantile({:g}, sum by (job, le{}) "
                                "(increase(probe_all_duration_seconds_bucket{{{}}}[{}]))) {}",
                                quantile, by, job(check), duration(threshold.over), literal));
  if (threshold.aggregate == Aggregate::mean)
    return in_scope(
        threshold,
        fmt::format("sum by (job{0}) (increase(probe_all_duration_seconds_sum{{{1}}}[{2}]))"
                    " / sum by (job{0}) "
                    "(increase(probe_all_duration_seconds_count{{{1}}}[{2}]) > 0) {3}",
                    by, job(check), duration(threshold.over), literal));
  if (threshold.aggregate == Aggregate::max || threshold.aggregate == Aggregate::min) {
    const std::string_view name = to_string(threshold.aggregate);
    return in_scope(
        threshold,
        fmt::format("{0} by (job{1}) ({0}_over_time(probe_duration_seconds{{{2}}}[{3}])) {4}", name,
                    by, job(check), duration(threshold.over), literal));
  }
  return "";
}

// No verdict holds while the check is paused, as none of its alerts.
std::string holds(const Check& check, CheckVerdict verdict) {
  return fmt::format("picket_check_verdict{{{},verdict=\"{}\"}} == 1", job(check),
                     to_string(verdict));
}

std::string expression(const Check& check, const Alert& alert) {
  switch (alert.condition) {
    case AlertCondition::down: return holds(check, CheckVerdict::down);
    case AlertCondition::regional: return holds(check, CheckVerdict::regional);
    case AlertCondition::degraded: return holds(check, CheckVerdict::degraded);
    case AlertCondition::no_data:
      return fmt::format("{} or absent(picket_check_verdict{{{},verdict=\"no_data\"}})",
                         holds(check, CheckVerdict::no_data), job(check));
    case AlertCondition::burn_rate: return burn_rate(check, alert.severity <= Severity::error);
    case AlertCondition::threshold:
      return alert.threshold ? comparison(check, *alert.threshold) : "";
  }
  return "";
}

// A text that Prometheus takes as a template of its own.
std::string untemplated(std::string text) {
  for (std::size_t at = text.find("{{"); at != text.npos; at = text.find("{{", at + 6))
    text.replace(at, 2, "{{`{{`}}");
  return text;
}

// "shop-home", "burn_rate" -> "ShopHomeBurnRate".
std::string camel(const std::string& words) {
  std::string name;
  bool upper = true;
  for (const char c : words) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (fits) name += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    upper = !fits;
  }
  return name;
}

Json rule_of(const Check& check, const Alert& alert, const std::string& expr) {
  Json rule{{"alert", "Picket" + camel(check.name.value) + camel(alert.id)}, {"expr", expr}};
  if (alert.hold.count() > 0) rule["for"] = duration(alert.hold);
  Json labels{{"severity", to_string(alert.severity)}, {"check", check.name.value}};
  if (!check.owner.empty()) labels["owner"] = untemplated(check.owner);
  if (!check.service.empty()) labels["service"] = untemplated(check.service);
  const auto& receivers = alert.notify.empty() ? check.notify : alert.notify;
  if (!receivers.empty()) labels["notify"] = receivers.front();
  rule["labels"] = std::move(labels);
  const std::string title = check.title.empty() ? check.name.value : check.title;
  Json notes{{"summary", untemplated(alert.summary.empty() ? title + ": " + render_when(alert)
                                                           : alert.summary)}};
  if (!check.runbook.empty()) notes["runbook_url"] = untemplated(check.runbook);
  notes["dashboard"] = "/d/picket-check?var-job=" + check.name.value;
  rule["annotations"] = std::move(notes);
  return rule;
}

}  // namespace

std::string render_prometheus_rules(const std::vector<Check>& checks) {
  Json groups = Json::array();
  for (const Check& check : checks) {
    if (check.shadow || (check.paused && !check.paused->until)) continue;
    Json group{{"name", "picket-check-" + check.name.value}};
    Json rules = Json::array();
    for (const Alert& alert : check.alerts) {
      const std::string expr = expression(check, alert);
      if (expr.empty())
        group[std::string(kComment) + std::to_string(group.size())] = fmt::format(
            "not carried: {}: there are no series for it", clean_line(render_when(alert)));
      else
        rules.push_back(rule_of(check, alert, expr));
    }
    if (rules.empty()) continue;
    group["rules"] = std::move(rules);
    groups.push_back(std::move(group));
  }
  return comment_lines(kHead, 0) + render_yaml(Json{{"groups", groups}}, 0);
}

}  // namespace picket::cli
