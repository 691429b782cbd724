#include "controller/controller_settings.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

std::vector<Receiver> receivers(const std::vector<std::string>& names) {
  std::vector<Receiver> made;
  for (const std::string& name : names) {
    made.emplace_back();
    made.back().name = name;
    made.back().url = "https://x.example";
    made.back().secret = "key of " + name;
  }
  return made;
}

ActiveChecks two_checks() {
  ActiveChecks active;
  for (const char* name : {"cart", "shop"}) {
    Check check;
    check.name = CheckName{name};
    check.notify = {"pagerduty/main"};
    Alert alert;
    alert.id = "slow";
    alert.notify = {std::string{"slack/"} + name};
    check.alerts.push_back(alert);
    active[check.name] = {check, Revision{"1"}};
  }
  return active;
}

}  // namespace

TEST_CASE("a configuration without receivers that checks name is refused, each is named",
          "[reload]") {
  const auto now = receivers({"pagerduty/main", "slack/shop", "slack/cart"});
  const Status refused = judge_checks(two_checks(), now, receivers({"slack/cart"}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid_config);
  CHECK(refused.error().message ==
        "receivers are gone that checks name: check cart names pagerduty/main; check shop names "
        "pagerduty/main; check shop names slack/shop");
  CHECK_FALSE(refused.error().hint.empty());
  CHECK(judge_checks(two_checks(), now, now));
  CHECK(judge_checks({}, now, {}));
}

TEST_CASE("a receiver that was missing before refuses no configuration", "[reload]") {
  const auto now = receivers({"slack/shop", "slack/cart"});
  CHECK(judge_checks(two_checks(), now, receivers({"slack/shop", "slack/cart", "email/new"})));
}

TEST_CASE("a long list of mistakes is cut", "[reload]") {
  ActiveChecks many;
  for (int i = 0; i < 50; ++i) {
    Check check;
    check.name = CheckName{"check-" + std::to_string(i)};
    check.notify = {"pagerduty/main"};
    many[check.name] = {check, Revision{"1"}};
  }
  const Status refused = judge_checks(many, receivers({"pagerduty/main"}), {});
  CHECK(refused.error().message.find("; and 30 more") != std::string::npos);
}

TEST_CASE("who was told and is gone is escalated as before", "[reload]") {
  ControllerSettings settings;
  settings.receivers = receivers({"pagerduty/main", "pagerduty/boss"});
  settings.receivers[0].escalate_after = minutes{15};
  settings.receivers[0].escalate_to = "pagerduty/boss";
  const Routes before = make_routes(settings);
  REQUIRE(before.escalations.count("pagerduty/main") == 1);
  settings.receivers = receivers({"pagerduty/boss"});
  CHECK(make_routes(settings, before).escalations.at("pagerduty/main").to == "pagerduty/boss");
  CHECK(make_routes(settings).escalations.empty());
  settings.receivers = receivers({"pagerduty/main", "pagerduty/boss"});  // without an escalation
  CHECK(make_routes(settings, before).escalations.empty());
}

TEST_CASE("an escalation stays as it was when both of its receivers go", "[reload]") {
  ControllerSettings settings;
  settings.receivers = receivers({"pagerduty/main", "pagerduty/boss"});
  settings.receivers[0].escalate_after = minutes{15};
  settings.receivers[0].escalate_to = "pagerduty/boss";
  const Routes before = make_routes(settings);
  settings.receivers = receivers({"slack/new"});
  const Routes once = make_routes(settings, before);
  CHECK(once.escalations.at("pagerduty/main").to == "pagerduty/boss");
  CHECK(once.receivers.count("pagerduty/boss") == 0);
  CHECK(once.gone.at("pagerduty/boss") == before.receivers.at("pagerduty/boss"));
  CHECK(make_routes(settings, once).gone == once.gone);  // by another reload
  settings.receivers = receivers({"pagerduty/boss"});
  CHECK(make_routes(settings, once).gone.empty());
}

TEST_CASE("a change takes over what may change while the controller runs, and nothing else",
          "[reload]") {
  ControllerSettings settings;
  settings.version = "1";
  settings.admin_token = "token";
  settings.checks_dir = "/checks";
  settings.external_url = "https://picket.example";
  ControllerSettings next;
  next.receivers = receivers({"slack/shop"});
  next.default_receiver = "slack/shop";
  next.fleet_receivers = {"slack/shop"};
  next.route_rules.emplace_back();
  next.retention.raw = hours{1};
  next.after_manual_resolve.grace = minutes{1};
  next.health.clock_skew = Seconds{1};
  next.dead_man.every = Seconds{30};
  next.external_url = "https://other.example";
  change_with(settings, next);
  CHECK(receiver_names(settings.receivers) == std::set<std::string>{"slack/shop"});
  CHECK(settings.default_receiver == "slack/shop");
  CHECK(settings.fleet_receivers.size() == 1);
  CHECK(settings.route_rules.size() == 1);
  CHECK(settings.retention.raw == hours{1});
  CHECK(settings.after_manual_resolve.grace == minutes{1});
  CHECK(settings.health.clock_skew == Seconds{1});
  CHECK(settings.dead_man.every == Seconds{30});
  CHECK(settings.admin_token == "token");
  CHECK(settings.checks_dir == "/checks");
  CHECK(settings.external_url == "https://picket.example");
}
