// Blind and offline agents by control targets and liveness, through FleetSight.
#include "controller/evaluate/agent_sight.h"

#include <catch2/catch.hpp>

#include "controller/evaluate/fleet_sight.h"
#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;
using Names = std::vector<std::string>;

namespace {

const std::string kA = "https://www.example.org/";
const std::string kB = "https://www.example.net/";

struct World {
  FleetSight fleet;
  WallTime now{WallTime::from_unix_ms(1'795'314'600'000)};
  std::vector<FleetTransition> transitions;

  void keep(const FleetEffects& effects) {
    transitions.insert(transitions.end(), effects.transitions.begin(), effects.transitions.end());
    for (const RegionSight& sight : effects.sights) apply(sight);
    for (const AgentSightChanged& sight : effects.agent_sights) apply(sight);
  }
  void apply(decltype(Event::what) what) { keep(fleet.apply({0, now, std::move(what)})); }
  void wait(Millis span) {
    now = now + span;
    keep(fleet.advance(now));
  }
  void online(const std::string& region, const std::string& agent, bool is = true) {
    apply(AgentLiveness{RegionName{region}, agent, is});
  }
  // What answers of both targets.
  void report(const std::string& region, const std::string& agent, bool a, bool b) {
    now = now + Seconds{1};
    ControlReport report{now, {{kA, a, {}}, {kB, b, {}}}};
    apply(ControlReceived{RegionName{region}, agent, std::move(report)});
  }
  bool blind(const std::string& region, const std::string& agent) const {
    return fleet.blind_agents().contains(AgentId{RegionName{region}, agent});
  }
  Names told() {
    Names names;
    for (const FleetTransition& t : transitions)
      names.push_back(t.subject + " " + t.alert_id + " " + std::string{to_string(t.phase)});
    transitions.clear();
    return names;
  }
};

World make_world() {
  World world;
  for (const char* region : {"eu", "us"})
    for (const char* agent : {"a", "b"}) {
      world.online(region, agent);
      world.report(region, agent, true, true);
    }
  CHECK(world.told().empty());
  return world;
}

}  // namespace

TEST_CASE("an agent that gets no answer while others do is blind, and told once", "[agents]") {
  World world = make_world();
  world.report("eu", "a", false, false);
  CHECK_FALSE(world.blind("eu", "a"));  // nobody has looked since
  world.report("eu", "b", true, true);
  CHECK(world.blind("eu", "a"));
  CHECK(world.told() == Names{"agent:eu/a blind fires"});
  CHECK_FALSE(world.fleet.blind(RegionName{"eu"}));
  world.report("eu", "a", false, false);
  world.report("us", "a", true, true);
  CHECK(world.told().empty());
  world.report("eu", "a", false, true);
  CHECK_FALSE(world.blind("eu", "a"));
  CHECK(world.told() == Names{"agent:eu/a blind clears"});
}

TEST_CASE("a target that is down for everybody makes nobody blind", "[agents]") {
  World world = make_world();
  for (const char* region : {"eu", "us"})
    for (const char* agent : {"a", "b"}) world.report(region, agent, false, false);
  CHECK(world.fleet.blind_agents().empty());
  CHECK(world.told().empty());
}

TEST_CASE("one target of two that is down makes nobody blind", "[agents]") {
  World world = make_world();
  world.report("eu", "a", false, true);
  world.report("us", "a", true, true);
  CHECK(world.fleet.blind_agents().empty());
}

TEST_CASE("a region whose agents are all blind is blind: one page, for the region", "[agents]") {
  World world = make_world();
  world.report("eu", "a", false, false);
  world.report("us", "a", true, true);
  CHECK(world.told() == Names{"agent:eu/a blind fires"});
  world.report("eu", "b", false, false);
  world.report("us", "a", true, true);
  CHECK(world.fleet.blind(RegionName{"eu"}));
  CHECK(world.told() == Names{"region:eu blind fires", "agent:eu/a blind clears"});
  world.report("eu", "b", true, true);
  CHECK_FALSE(world.fleet.blind(RegionName{"eu"}));
  CHECK(world.told() == Names{"region:eu blind clears", "agent:eu/a blind fires"});
}

TEST_CASE("the only agent of a region is told as the region", "[agents]") {
  World world;
  for (const char* region : {"eu", "us"}) {
    world.online(region, "a");
    world.report(region, "a", true, true);
  }
  world.report("eu", "a", false, false);
  world.report("us", "a", true, true);
  CHECK(world.told() == Names{"region:eu blind fires"});
}

TEST_CASE("regions with targets of their own are judged by each other", "[agents]") {
  World world;
  const auto own = [&](const std::string& region, bool answered) {
    world.now = world.now + Seconds{1};
    ControlReport report{world.now, {{"https://" + region + ".example/", answered, {}}}};
    world.apply(ControlReceived{RegionName{region}, "a", std::move(report)});
  };
  own("eu", true);
  own("us", true);
  own("eu", false);
  own("us", true);
  CHECK(world.fleet.blind(RegionName{"eu"}));
}

TEST_CASE("an old report decides nothing", "[agents]") {
  World world = make_world();
  ControlReport old{world.now - minutes{30}, {{kA, false, {}}}};
  world.apply(ControlReceived{RegionName{"eu"}, "a", std::move(old)});
  world.report("us", "a", true, true);
  CHECK(world.fleet.blind_agents().empty());
}

TEST_CASE("a dead agent of several is told once and ends 10 minutes after it is back", "[agents]") {
  World world = make_world();
  world.online("eu", "a", false);
  CHECK(world.told() == Names{"agent:eu/a offline fires"});
  world.online("eu", "a", true);
  world.wait(minutes{5});
  world.online("eu", "a", false);  // not back for good: the same incident
  world.online("eu", "a", true);
  world.wait(minutes{9});
  CHECK(world.told().empty());
  world.wait(minutes{1});
  CHECK(world.told() == Names{"agent:eu/a offline clears"});
}

TEST_CASE("an announced drain ends no page about an agent by its silence", "[agents]") {
  World world = make_world();
  const auto drain = [&](WallTime until) {
    world.apply(AgentLiveness{RegionName{"eu"}, "a", true, false, until});
  };
  world.online("eu", "a", false);
  CHECK(world.told() == Names{"agent:eu/a offline fires"});
  world.online("eu", "a", true);
  world.wait(minutes{3});
  drain(world.now + minutes{10});
  world.wait(minutes{10});
  world.online("eu", "a", false);  // it has not come back
  world.wait(minutes{20});
  CHECK(world.told().empty());

  world.online("eu", "a", true);
  drain(world.now + minutes{10});
  World restored;
  restored.now = world.now;
  REQUIRE(restored.fleet.restore(world.fleet.snapshot()));
  world.fleet = std::move(restored.fleet);
  world.wait(minutes{8});
  drain({});
  world.wait(minutes{9});
  CHECK(world.told().empty());
  CHECK(world.fleet.next_due() == world.now + minutes{1});
  world.wait(minutes{1});
  CHECK(world.told() == Names{"agent:eu/a offline clears"});
}

TEST_CASE("the last agent of a region is told as the region", "[agents]") {
  World world = make_world();
  world.apply(RegionLiveness{RegionName{"eu"}, false});
  world.online("eu", "a", false);
  world.online("eu", "b", false);
  CHECK(world.told() == Names{"region:eu offline fires"});
}

TEST_CASE("a removed agent's incident ends", "[agents]") {
  World world = make_world();
  world.online("eu", "a", false);
  world.told();
  world.apply(AgentLiveness{RegionName{"eu"}, "a", false, true});
  CHECK(world.told() == Names{"agent:eu/a offline clears"});
}

TEST_CASE("what is known of agents survives a restart", "[agents][snapshot]") {
  World world = make_world();
  world.report("eu", "a", false, false);
  world.report("us", "a", true, true);
  world.online("us", "b", false);
  world.told();
  World restored;
  restored.now = world.now;
  REQUIRE(restored.fleet.restore(world.fleet.snapshot()));
  CHECK(restored.fleet.snapshot() == world.fleet.snapshot());
  CHECK(restored.blind("eu", "a"));
  restored.report("eu", "a", true, true);
  CHECK(restored.told() == Names{"agent:eu/a blind clears"});
}
