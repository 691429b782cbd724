// Receivers and routes that change while the controller runs, with pages under way.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

namespace {

constexpr const char* kNewKey = "fedcba9876543210fedcba9876543210";
constexpr const char* kPagerHost = "events.pager.test";

controller::Receiver& receiver(controller::ControllerSettings& settings, const std::string& name) {
  return *std::find_if(settings.receivers.begin(), settings.receivers.end(),
                       [&](const auto& one) { return one.name == name; });
}

// The pager under another name.
controller::ControllerSettings renamed(controller::ControllerSettings settings) {
  receiver(settings, "pagerduty/main").name = "pagerduty/renamed";
  settings.default_receiver = "pagerduty/renamed";
  return settings;
}

std::vector<Check> told_to(const std::string& name) {
  Check check = sim::make_world_check("shop", minutes{5});
  check.notify = {name};
  for (Alert& alert : check.alerts) alert.notify = check.notify;
  return {check};
}

// What PagerDuty took, by routing key: "trigger resolve".
std::string taken_by(sim::Scenario& story, const std::string& key) {
  std::string actions;
  for (const auto& event : story.world.pager().events())
    if (event.taken && event.routing_key == key)
      actions += (actions.empty() ? "" : " ") + event.action;
  return actions;
}

}  // namespace

TEST_CASE("a rotated key takes the next page, the old one the end of the first", "[sim]") {
  sim::Scenario story;
  auto settings = story.world.settings();
  const std::string old_key = receiver(settings, "pagerduty/main").secret;
  story.world.site().down = true;
  story.world.run_for(minutes{2});
  REQUIRE(taken_by(story, old_key) == "trigger");
  receiver(settings, "pagerduty/main").secret = kNewKey;
  REQUIRE(story.world.reconfigure(settings));
  story.world.run_for(minutes{2});
  CHECK(taken_by(story, kNewKey).empty());  // nobody is told again of what is known
  story.world.site().down = false;
  story.world.run_for(minutes{10});
  CHECK(taken_by(story, old_key) == "trigger resolve");
  story.world.site().down = true;
  story.world.run_for(minutes{3});
  CHECK(taken_by(story, kNewKey) == "trigger");
  CHECK(taken_by(story, old_key) == "trigger resolve");
  story.finish();
}

TEST_CASE("a page that its receiver has not taken goes by the new key, once", "[sim]") {
  sim::Scenario story;
  auto settings = story.world.settings();
  const std::string old_key = receiver(settings, "pagerduty/main").secret;
  sim::PagerFault revoked{sim::PagerFault::Kind::error};
  revoked.status = 403;
  story.world.pager().script(kPagerHost, revoked, 0);
  story.world.site().down = true;
  story.world.run_for(minutes{2});
  story.world.pager().clear(kPagerHost);
  receiver(settings, "pagerduty/main").secret = kNewKey;
  REQUIRE(story.world.reconfigure(settings));
  story.world.run_for(Seconds{5});
  CHECK(taken_by(story, kNewKey) == "trigger");
  CHECK(taken_by(story, old_key).empty());
  story.finish();
}

TEST_CASE("a configuration without a receiver that a check names changes nothing", "[sim]") {
  sim::Scenario story;
  auto settings = renamed(story.world.settings());
  receiver(settings, "pagerduty/renamed").secret = kNewKey;
  settings.retention.raw = hours{1};
  const Status refused = story.world.reconfigure(settings);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid_config);
  CHECK(refused.error().message.find("check shop names pagerduty/main") != std::string::npos);
  story.world.site().down = true;
  story.world.run_for(minutes{2});
  CHECK(taken_by(story, kNewKey).empty());
  CHECK(story.count("trigger") == 1);
  CHECK(story.world.ask("GET", "/readyz", "").body.find("not in force") != std::string::npos);
  CHECK(story.world.ask("GET", "/metrics", "").body.find("picket_config_reload_success 0") !=
        std::string::npos);
  story.finish();
}

TEST_CASE("a receiver and the checks that name it change in one turn", "[sim]") {
  sim::Scenario story;
  auto before = story.world.settings();
  const std::string key = receiver(before, "pagerduty/main").secret;
  story.world.site().down = true;
  story.world.run_for(minutes{2});
  REQUIRE(story.count("trigger") == 1);
  story.world.set_checks(told_to("pagerduty/renamed"));
  REQUIRE(story.world.reconfigure(renamed(story.world.settings())));
  story.world.run_for(minutes{10});
  // The same service is not paged twice for one incident because we call it otherwise.
  CHECK(story.pages().size() == 1);
  story.world.site().down = false;
  story.world.run_for(minutes{10});
  CHECK(story.world.pager().open().empty());
  story.world.site().down = true;
  story.world.run_for(minutes{3});
  CHECK(story.pages().size() == 2);
  CHECK(taken_by(story, key) == "trigger resolve trigger");
  story.finish();
}

TEST_CASE("a receiver that is gone still gets what it is owed, and its end", "[sim]") {
  sim::Scenario story;
  auto settings = story.world.settings();
  story.world.pager().script(kPagerHost, {sim::PagerFault::Kind::refused}, 0);
  story.world.site().down = true;
  story.world.run_for(Seconds{40});
  REQUIRE(story.count("trigger") == 0);
  controller::Receiver other = receiver(settings, "pagerduty/main");
  other.name = "pagerduty/other";
  other.secret = kNewKey;
  std::erase_if(settings.receivers, [](const auto& one) { return one.name == "pagerduty/main"; });
  settings.receivers.push_back(other);
  settings.default_receiver = other.name;
  story.world.set_checks(told_to(other.name));
  REQUIRE(story.world.reconfigure(settings));
  const std::string ready = story.world.ask("GET", "/readyz", "").body;
  CHECK(ready.find("owed to pagerduty/main, which is not in the configuration") !=
        std::string::npos);
  story.world.pager().clear(kPagerHost);
  story.world.run_for(minutes{2});
  CHECK(story.count("trigger") >= 1);
  story.world.site().down = false;
  story.world.run_for(minutes{15});
  CHECK(story.world.pager().open().empty());
  CHECK(story.world.ask("GET", "/readyz", "").body.find("owed to") == std::string::npos);
  story.finish();
}

TEST_CASE("a storm of reloads neither loses nor doubles a page", "[sim]") {
  sim::Scenario story;
  auto settings = story.world.settings();
  const std::string old_key = receiver(settings, "pagerduty/main").secret;
  story.world.site().down = true;
  for (int i = 0; i < 120; ++i) {
    receiver(settings, "pagerduty/main").secret = i % 2 == 0 ? kNewKey : old_key;
    REQUIRE(story.world.reconfigure(settings));
    story.world.run_for(Seconds{1});
  }
  CHECK(story.count("trigger") == 1);
  CHECK(story.pages().size() == 1);
  story.world.site().down = false;
  story.world.run_for(minutes{10});
  CHECK(story.world.pager().open().empty());
  story.finish();
}
