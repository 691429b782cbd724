// Blind regions and agents in the plan: whose checks move, and who closes the gap.
#include <algorithm>
#include <catch2/catch.hpp>

#include "controller/plan/planner.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kStart = WallTime::from_unix_ms(1'795'314'600'000);
const CheckName kCheck{"check"};

AgentId id(const std::string& region, const std::string& name) {
  return {RegionName{region}, name};
}

// Four regions; "a" has two agents, the others one.
Planner make_planner() {
  Planner planner;
  for (const char* region : {"a", "b", "c", "d"}) planner.add_agent(id(region, "one"), kStart);
  planner.add_agent(id("a", "two"), kStart);
  Check check;
  check.name = kCheck;
  check.regions.all = true;
  planner.set_checks({{std::make_shared<const Check>(check), Revision{"1"}}});
  planner.update(kStart);
  return planner;
}

std::string agent_of(const Planner& planner, const char* region) {
  return planner.placement(kCheck, RegionName{region})->agent;
}

}  // namespace

TEST_CASE("the checks of a blind agent move to one of its region that sees", "[plan][sight]") {
  Planner planner = make_planner();
  const std::string first = agent_of(planner, "a");
  const std::string other = first == "one" ? "two" : "one";
  planner.set_sight({}, {id("a", first)});
  const PlanChange change = planner.update(kStart + Seconds{1});
  CHECK(agent_of(planner, "a") == other);
  CHECK(change.agents == std::set<AgentId>{id("a", "one"), id("a", "two")});
  CHECK_FALSE(change.new_generation);  // no phase moves
  planner.set_sight({}, {});
  planner.update(kStart + Seconds{2});
  CHECK(agent_of(planner, "a") == first);
}

TEST_CASE("blind agents keep their checks where nobody sees, and others close the gap",
          "[plan][sight]") {
  Planner planner = make_planner();
  const auto gap = planner.worst_gap(kCheck);
  planner.set_sight({RegionName{"b"}}, {id("b", "one")});
  const PlanChange change = planner.update(kStart + Seconds{1});
  CHECK(agent_of(planner, "b") == "one");
  CHECK(change.new_generation);
  std::vector<Millis> phases;
  for (const char* region : {"a", "c", "d"})
    phases.push_back(planner.placement(kCheck, RegionName{region})->phase);
  std::sort(phases.begin(), phases.end());
  CHECK(phases[1] - phases[0] == Millis{minutes{5}} / 3);
  CHECK(phases[2] - phases[1] == Millis{minutes{5}} / 3);
  planner.set_sight({}, {});
  planner.update(kStart + Seconds{2});
  CHECK(planner.worst_gap(kCheck) == gap);
}

TEST_CASE("what is no news changes nothing", "[plan][sight]") {
  Planner planner = make_planner();
  planner.set_sight({}, {});
  const PlanChange change = planner.update(kStart + Seconds{1});
  CHECK(change.agents.empty());
  CHECK(change.agent_liveness.empty());
}

TEST_CASE("each agent's liveness is announced once after a start and when it changes",
          "[plan][sight]") {
  Planner planner = make_planner();
  for (const char* region : {"a", "b", "c", "d"})
    planner.seen(id(region, "one"), kStart + Seconds{60});
  const PlanChange gone = planner.update(kStart + Seconds{91});
  REQUIRE(gone.agent_liveness.size() == 1);
  CHECK(gone.agent_liveness[0].agent == id("a", "two"));
  CHECK_FALSE(gone.agent_liveness[0].online);
  CHECK(gone.liveness.empty());  // the region has another
  planner.seen(id("a", "two"), kStart + Seconds{95});
  CHECK(planner.update(kStart + Seconds{95}).agent_liveness[0].online);
  planner.remove_agent(id("a", "two"));
  const PlanChange removed = planner.update(kStart + Seconds{96});
  REQUIRE(removed.agent_liveness.size() == 1);
  CHECK(removed.agent_liveness[0].removed);
}
