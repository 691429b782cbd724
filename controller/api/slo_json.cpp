#include "controller/api/slo_json.h"

#include "controller/api/json_parts.h"
#include "controller/api/status_json.h"

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

// Parentheses: with braces g++ makes an array of one of it.
Json number_json(const std::optional<double>& number) { return number ? Json(*number) : Json{}; }

Json budget_json(const BudgetStatus& budget) {
  Json json{{"objective_percent", budget.objective},
            {"good", budget.good},
            {"bad", budget.bad},
            {"budget_left_ratio", number_json(budget.left)},
            {"exhausted_at", time_json(budget.exhausted)}};
  json["burn_rates"] = Json::array();
  for (const BurnStatus& burn : budget.burn)
    json["burn_rates"].push_back({{"factor", burn.factor},
                                  {"long", render_duration(burn.long_window)},
                                  {"short", render_duration(burn.short_window)},
                                  {"long_rate", number_json(burn.rate_long)},
                                  {"short_rate", number_json(burn.rate_short)},
                                  {"too_fast", burn.too_fast}});
  return json;
}

Json line_json(const BurnDownLine& line) {
  Json json{{"objective_percent", line.objective}, {"good", line.good}, {"bad", line.bad}};
  json["points"] = Json::array();
  for (const BurnDownPoint& point : line.points)
    json["points"].push_back({{"at", time_json(point.at)},
                              {"left_ratio", point.left},
                              {"left_then_ratio", number_json(point.left_then)}});
  return json;
}

}  // namespace

nlohmann::ordered_json slo_json(const SloStatus& slo) {
  Json json{{"window", render_duration(slo.window)},
            {"budget_by", std::string{to_string(slo.budget_by)}},
            {"until", time_json(slo.until)},
            {"availability", budget_json(slo.availability)}};
  json["latency"] = slo.latency ? budget_json(*slo.latency) : Json{};
  return json;
}

std::string render_slos(const std::vector<CheckView>& views) {
  Json document{{"schema_version", 1}, {"slos", Json::array()}};
  for (const CheckView& view : views) {
    Json json = slo_json(*view.slo);
    json["check"] = view.check->name.value;
    json["owner"] = view.check->owner;
    json["service"] = view.check->service;
    document["slos"].push_back(std::move(json));
  }
  return document.dump() + "\n";
}

std::string render_burn_down(const CheckName& check, const BurnDown& burn_down) {
  Json document{{"schema_version", 1},
                {"check", check.value},
                {"window", render_duration(burn_down.window)},
                {"budget_by", std::string{to_string(burn_down.budget_by)}},
                {"from", time_json(burn_down.from)},
                {"until", time_json(burn_down.until)},
                {"availability", line_json(burn_down.availability)}};
  document["latency"] = burn_down.latency ? line_json(*burn_down.latency) : Json{};
  return document.dump() + "\n";
}

}  // namespace picket::controller
