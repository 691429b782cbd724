#include "controller/incident/route_rules.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "controller/incident/change_rows.h"

using namespace picket;
using namespace picket::controller;

namespace {

using Names = std::vector<std::string>;

RouteRule rule(const Names& match, const Names& to, bool go_on = false) {
  RouteRule made;
  for (const std::string& text : match) made.match.push_back(*parse_silence_matcher(text));
  made.to = to;
  made.go_on = go_on;
  return made;
}

IncidentLabels labels(const std::string& severity, const std::string& owner) {
  return {{"severity", {severity}}, {"owner", {owner}}, {"tag", {"tier-1", "shop"}}};
}

}  // namespace

TEST_CASE("the first rule that matches says who is told in place of notify", "[incident]") {
  const std::vector<RouteRule> rules{rule({"severity=warning"}, {"slack/ops"}),
                                     rule({"owner=payments", "tag=tier-1"}, {"pagerduty/pay"}),
                                     rule({"severity=warning"}, {"never"})};
  const Names notify{"pagerduty/web"};
  CHECK(receivers_by_rules(rules, labels("warning", "payments"), notify) == Names{"slack/ops"});
  CHECK(receivers_by_rules(rules, labels("critical", "payments"), notify) ==
        Names{"pagerduty/pay"});
  CHECK(receivers_by_rules(rules, labels("critical", "web"), notify) == notify);
  CHECK(receivers_by_rules({}, labels("critical", "web"), notify) == notify);
  CHECK(receivers_by_rules({rule({}, {"all"})}, {}, notify) == Names{"all"});
}

TEST_CASE("`continue` adds what later rules say, each receiver once", "[incident]") {
  const std::vector<RouteRule> rules{rule({"severity=~critical|error"}, {"a", "b"}, true),
                                     rule({"owner!=web"}, {"b", "c"}), rule({}, {"d"})};
  CHECK(receivers_by_rules(rules, labels("critical", "payments"), {}) == Names{"a", "b", "c"});
  CHECK(receivers_by_rules(rules, labels("critical", "web"), {}) == Names{"a", "b", "d"});
}

TEST_CASE("a change is told once to each receiver that wants changes", "[incident]") {
  BookSettings settings;
  settings.install_id = "install";
  settings.routes.receivers = {{"pagerduty/a", "{}"}, {"pagerduty/b", "{}"}};
  settings.routes.change_receivers = {"pagerduty/a", "pagerduty/b", "pagerduty/gone"};
  const WallTime now = WallTime::from_unix_ms(5000);
  Change change{"shop", "1.2.3", "payments", WallTime::from_unix_ms(4000), "", "https://x/7"};
  const auto rows = make_change_rows(change, settings, now);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].action == OutboxAction::change);
  CHECK(rows[0].key.value != rows[1].key.value);
  CHECK(rows[0].alert_key.empty());
  CHECK(rows[0].due == now);
  const auto payload = nlohmann::json::parse(rows[0].payload_json);
  CHECK(payload["summary"] == "shop 1.2.3 deployed by payments");
  CHECK(payload["custom_details"]["version"] == "1.2.3");
  CHECK(payload["links"][0]["href"] == "https://x/7");
  CHECK(make_change_rows(change, settings, now)[0].id == rows[0].id);
  change.version = "1.2.4";
  CHECK(make_change_rows(change, settings, now)[0].id != rows[0].id);
}
