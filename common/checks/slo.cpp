#include <fmt/format.h>

#include "common/checks/decoders.h"
#include "common/checks/scalar.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

// "99.9", also as 99.9%.
std::optional<double> read_percent(Report& report, std::string_view name, const Node& node) {
  Node plain;
  plain.kind = node.kind;
  plain.plain = true;  // also "99.9" in quotes
  plain.text = node.text.ends_with('%') ? node.text.substr(0, node.text.size() - 1) : node.text;
  const Value value = node.kind == NodeKind::scalar ? resolve(plain) : Value{Null{}};
  if (is_number(value) && as_number(value) > 0 && as_number(value) < 100) return as_number(value);
  Diagnostic& mistake =
      report.add("E0111", node.at, fmt::format("`{}` is a percentage below 100", name));
  mistake.help = "for example 99.9; nothing reaches 100 %, and an objective of 100 has no budget";
  return std::nullopt;
}

std::optional<LatencyObjective> decode_latency(Report& report, const Node& node) {
  const Fields fields(report, node, check_keys("latency"));
  LatencyObjective latency;
  const Entry* objective = fields.require("objective", "objective: 95");
  const bool timed = fields.require("under", "under: 800ms") != nullptr &&
                     fields.duration("under", {Millis{1}, minutes{10}}, latency.under);
  if (objective == nullptr || !timed) return std::nullopt;
  const auto percent = read_percent(report, "objective", *objective->value);
  if (!percent) return std::nullopt;
  latency.objective = *percent;
  return latency;
}

}  // namespace

std::optional<Slo> decode_slo(Report& report, const Node& node) {
  const Fields fields(report, node, check_keys("slo"));
  Slo slo;
  const Entry* objective = fields.require("objective", "objective: 99.9");
  fields.duration("window", {hours{24}, hours{24 * 90}}, slo.window);
  std::string by;
  if (fields.choice("budget_by", {"rounds", "runs"}, by) && by == "runs")
    slo.budget_by = BudgetBy::runs;
  std::string burn;
  const Entry* alerts = fields.find("burn_alerts");
  if (alerts != nullptr && alerts->value->kind == NodeKind::sequence)
    report.add("E0114", alerts->value->at, "burn rates of one's own are not run by this version")
        .help = "write default or none; an alert with when: burn_rate has the default's rates";
  else if (fields.choice("burn_alerts", {"default", "none"}, burn))
    slo.burn_alerts = burn != "none";
  if (const Entry* latency = fields.find("latency"))
    slo.latency = decode_latency(report, *latency->value);
  if (objective == nullptr) return std::nullopt;
  const auto percent = read_percent(report, "objective", *objective->value);
  if (!percent) return std::nullopt;
  slo.objective = *percent;
  return slo;
}

}  // namespace picket::checks
