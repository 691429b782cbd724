#include "controller/incident/routes_json.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace picket::controller {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json, const char* key) {
  return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
}

std::vector<std::string> texts_of(const Json& json, const char* key) {
  std::vector<std::string> out;
  if (json.contains(key))
    for (const Json& text : json[key])
      if (text.is_string()) out.push_back(text.get<std::string>());
  return out;
}

Json rule_json(const RouteRule& rule) {
  Json match = Json::array();
  for (const SilenceMatcher& matcher : rule.match) match.push_back(render(matcher));
  return {{"match", std::move(match)}, {"to", rule.to}, {"continue", rule.go_on}};
}

Result<RouteRule> read_rule(const Json& json) {
  RouteRule rule;
  if (!json.is_object() || !json.contains("match") || !json.contains("to"))
    return fail(ErrorCode::corrupt, "a route without `match` and `to`");
  for (const std::string& text : texts_of(json, "match")) {
    auto matcher = parse_silence_matcher(text);
    if (!matcher)
      return fail(ErrorCode::corrupt, "a route does not parse: " + matcher.error().message,
                  "use the Picket that wrote it");
    rule.match.push_back(std::move(*matcher));
  }
  rule.to = texts_of(json, "to");
  rule.go_on = json.value("continue", false);
  return rule;
}

}  // namespace

Json routes_json(const Routes& routes) {
  Json receivers = Json::array();
  for (const auto& [name, route] : routes.receivers) receivers.push_back(name);
  Json escalations = Json::array();
  for (const auto& [name, escalation] : routes.escalations)
    escalations.push_back(
        {{"receiver", name}, {"after", render_duration(escalation.after)}, {"to", escalation.to}});
  Json rules = Json::array();
  for (const RouteRule& rule : routes.rules) rules.push_back(rule_json(rule));
  return {{"receivers", std::move(receivers)},
          {"default_receiver", routes.default_receiver},
          {"fleet", routes.fleet},
          {"escalations", std::move(escalations)},
          {"rules", std::move(rules)}};
}

Result<Routes> read_routes(const Json& json) {
  Routes routes;
  if (!json.is_object()) return routes;
  for (const std::string& name : texts_of(json, "receivers")) routes.receivers[name] = "{}";
  routes.default_receiver = text_of(json, "default_receiver");
  routes.fleet = texts_of(json, "fleet");
  if (json.contains("escalations"))
    for (const Json& one : json["escalations"])
      if (const auto after = parse_duration(text_of(one, "after")))
        routes.escalations[text_of(one, "receiver")] = {*after, text_of(one, "to")};
  for (const Json& one : json.value("rules", Json::array())) {
    auto rule = read_rule(one);
    if (!rule) return fail(std::move(rule.error()));
    routes.rules.push_back(std::move(*rule));
  }
  return routes;
}

}  // namespace picket::controller
