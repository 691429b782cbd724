// Agents that say that they go: nobody is paged for ten minutes, and nobody is forgotten after.
#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

namespace {

constexpr const char* kPager = "pagerduty/main";

// One check every 30 s that also tells of missing data, and somebody who is told of agents.
sim::WorldOptions options(int regions, int twins) {
  Check check = sim::make_world_check("shop", Seconds{30});
  check.quorum = Quorum{Quorum::Kind::count, 1};
  check.alerts.push_back(sim::make_alert("no_data", AlertCondition::no_data, Severity::error));
  sim::WorldOptions made{41, regions, {check}};
  made.fleet_receivers = {kPager};
  made.twins = twins;
  return made;
}

CheckVerdict verdict(sim::Scenario& story) {
  return story.world.controller()->turn().evaluator().verdict(CheckName{"shop"});
}

const controller::Planner& planner(sim::Scenario& story) {
  return story.world.controller()->dispatch().planner();
}

AgentId agent_of(sim::Scenario& story, const char* name) {
  return {story.world.regions().front(), name};
}

}  // namespace

TEST_CASE("the only agent of the only region drains and returns: nobody is paged", "[sim]") {
  sim::Scenario story{options(1, 0)};
  REQUIRE(verdict(story) == CheckVerdict::up);
  story.world.drain_agent(0);
  CHECK(planner(story).drains(agent_of(story, "agent")));
  story.world.run_for(minutes{8});
  CHECK(verdict(story) == CheckVerdict::pending);  // nothing is known, and that is no surprise
  CHECK(story.pages().empty());
  story.world.start_agent(0);
  story.world.run_for(Seconds{2});
  CHECK_FALSE(planner(story).drains(agent_of(story, "agent")));
  story.world.run_for(minutes{5});
  CHECK(verdict(story) == CheckVerdict::up);
  CHECK(story.pages().empty());
  CHECK(story.open().empty());
  story.finish();
  CHECK(story.pages().empty());
}

TEST_CASE("the only agent of the only region drains and never returns: it is missed", "[sim]") {
  sim::Scenario story{options(1, 0)};
  const WallTime gone = story.now();
  story.world.drain_agent(0);
  story.world.run_for(minutes{9});
  CHECK(story.pages().empty());
  story.world.run_for(minutes{2});
  CHECK(story.pages().size() == 2);  // the region is offline, and the check has no data
  CHECK(story.delay_of("trigger", gone) <= minutes{11});
  CHECK(verdict(story) == CheckVerdict::no_data);
  CHECK_FALSE(planner(story).online(story.world.regions().front()));
  CHECK_FALSE(planner(story).drains(agent_of(story, "agent")));
  story.finish();
}

TEST_CASE("without a word an agent is missed as soon as ever", "[sim]") {
  sim::Scenario story{options(1, 0)};
  story.world.kill_agent(0, false);
  story.world.run_for(minutes{3});
  CHECK(story.pages().size() == 2);
  story.finish();
}

TEST_CASE("one of two agents drains: the other takes its checks in the same round", "[sim]") {
  sim::Scenario story{options(1, 1)};
  const RegionName region = story.world.regions().front();
  const auto runs_it = [&] { return planner(story).placement(CheckName{"shop"}, region)->agent; };
  const std::string first = runs_it();
  const std::string other = first == "agent" ? "twin" : "agent";
  const auto generation = planner(story).generation();
  const std::size_t drained = first == "agent" ? 0 : 1;
  const std::size_t before = story.world.acknowledged().size();
  const WallTime gone = story.now();
  story.world.drain_agent(drained);
  CHECK(runs_it() == other);
  CHECK(planner(story).generation() == generation);  // no phase has moved
  story.world.run_for(minutes{5});
  CHECK(story.world.acknowledged().size() - before >= 9);  // of ten rounds
  CHECK(verdict(story) == CheckVerdict::up);
  CHECK(story.pages().empty());
  story.world.start_agent(drained);
  story.world.run_for(minutes{2});
  CHECK(runs_it() == first);
  const Check& check = *story.world.controller()->dispatch().checks().begin()->second.check;
  CHECK(story.slots(check, gone, controller::LedgerCode::missed_offline) == 0);
  story.finish();
  CHECK(story.pages().empty());
}

TEST_CASE("one of two agents drains and never returns: that agent is told of, no check", "[sim]") {
  sim::Scenario story{options(1, 1)};
  story.world.drain_agent(0);
  story.world.run_for(minutes{9});
  CHECK(story.pages().empty());
  story.world.run_for(minutes{2});
  REQUIRE(story.pages().size() == 1);
  CHECK(story.pages().front().find("agent") != std::string::npos);
  CHECK(verdict(story) == CheckVerdict::up);
  story.finish();
}

TEST_CASE("a controller that restarts in the middle knows who drains", "[sim]") {
  sim::Scenario story{options(1, 0)};
  story.world.drain_agent(0);
  story.world.run_for(minutes{1});
  story.world.kill_controller();
  story.world.run_for(Seconds{10});
  story.world.start_controller();
  story.world.run_for(minutes{6});
  CHECK(story.pages().empty());
  story.world.run_for(minutes{5});
  CHECK(story.pages().size() == 2);
  story.finish();
}

TEST_CASE("a goodbye does not end the page about a region that was cut off", "[sim]") {
  sim::Scenario story{options(1, 0)};
  sim::LinkWeather weather;
  weather.cut_up = true;
  story.world.set_weather(weather);
  story.world.run_for(minutes{5});
  REQUIRE(story.pages().size() == 2);  // the region is offline, and the check has no data
  story.world.set_weather({});
  story.world.run_for(minutes{3});
  const std::size_t ended = story.count("resolve");
  CHECK(ended == 1);  // the check has data
  story.world.drain_agent(0);
  story.world.run_for(minutes{9});
  CHECK(story.count("resolve") == ended);
  story.world.run_for(minutes{10});  // and it does not come back
  CHECK(story.count("resolve") == ended);
  for (std::size_t i = 2; i < story.pages().size(); ++i)
    CHECK(story.pages()[i].find("is offline") == std::string::npos);
  story.finish();
}

TEST_CASE("one of two agents that was cut off says goodbye: its page stays", "[sim]") {
  sim::Scenario story{options(1, 1)};
  const auto place = planner(story).placement(CheckName{"shop"}, story.world.regions().front());
  const std::size_t idle = place->agent == "agent" ? 1 : 0;
  story.world.link(idle)->weather.cut_up = true;
  story.world.run_for(minutes{5});
  REQUIRE(story.pages().size() == 1);
  story.world.link(idle)->weather.cut_up = false;
  story.world.run_for(minutes{3});
  story.world.drain_agent(idle);
  story.world.run_for(minutes{20});
  CHECK(story.count("resolve") == 0);
  CHECK(story.pages().size() == 1);
  story.finish();
}

TEST_CASE("a drain hides no failure: a check that is down stays so", "[sim]") {
  sim::Scenario story{options(1, 0)};
  story.world.site().down = true;
  story.world.run_for(minutes{2});
  REQUIRE(story.pages().size() == 1);
  story.world.drain_agent(0);
  story.world.run_for(minutes{5});
  CHECK(verdict(story) == CheckVerdict::down);
  CHECK(story.count("resolve") == 0);
  story.finish();
}
