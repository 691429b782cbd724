// What a start makes of the snapshot of the plan, the event log and the registry.
#include <catch2/catch.hpp>

#include "controller/plan/planner.h"

using namespace picket;
using namespace picket::controller;
using Liveness = std::vector<std::pair<RegionName, bool>>;

namespace {

const WallTime kStart = WallTime::from_unix_ms(1'795'314'600'000);
const RegionName kEu{"eu"};
const RegionName kUs{"us"};

AgentId agent(const RegionName& region, const std::string& name = "a") { return {region, name}; }

// One agent in each of two regions; those of `silent` have been away for long.
std::string snapshot_of(const std::set<RegionName>& silent) {
  Planner planner;
  for (const RegionName& region : {kEu, kUs}) planner.add_agent(agent(region), kStart - hours{1});
  for (const RegionName& region : {kEu, kUs})
    if (!silent.contains(region)) planner.seen(agent(region), kStart);
  planner.update(kStart);
  return planner.snapshot();
}

}  // namespace

TEST_CASE("a region that went offline after the snapshot is back with its first word", "[plan]") {
  Planner planner;
  REQUIRE(planner.restore(snapshot_of({}), kStart));
  planner.set_told({kEu}, kStart);
  CHECK_FALSE(planner.online(kEu));
  CHECK(planner.online(kUs));
  CHECK(planner.update(kStart).liveness.empty());
  planner.seen(agent(kEu), kStart + Seconds{5});
  CHECK(planner.update(kStart + Seconds{5}).liveness == Liveness{{kEu, true}});
}

TEST_CASE("a region that came back after the snapshot is missed after 90 s", "[plan]") {
  Planner planner;
  REQUIRE(planner.restore(snapshot_of({kEu}), kStart));
  REQUIRE_FALSE(planner.online(kEu));
  planner.set_told({}, kStart);
  CHECK(planner.update(kStart).liveness.empty());
  planner.seen(agent(kUs), kStart + Seconds{80});
  CHECK(planner.update(kStart + Seconds{89}).liveness.empty());
  CHECK(planner.update(kStart + Seconds{90}).liveness == Liveness{{kEu, false}});
}

TEST_CASE("a region without an agent that nothing names is no more", "[plan]") {
  Planner planner;
  planner.set_region(kUs, {});
  for (const RegionName& region : {kEu, kUs}) planner.add_agent(agent(region), kStart);
  Check check;
  check.name = CheckName{"shop"};
  check.regions.all = true;
  planner.set_checks({{std::make_shared<const Check>(check), Revision{"1"}}});
  CHECK(planner.update(kStart).removed.empty());
  for (const RegionName& region : {kEu, kUs}) planner.remove_agent(agent(region));
  const PlanChange change = planner.update(kStart + Seconds{1});
  CHECK(change.removed == std::vector<RegionName>{kEu});
  CHECK(change.liveness == Liveness{{kUs, false}});  // configured: it is missed
  CHECK(change.reassigned == std::vector<CheckName>{check.name});
  CHECK(planner.assigned(check.name) == std::vector<RegionName>{kUs});
  CHECK(planner.update(kStart + minutes{5}).removed.empty());
  planner.add_agent(agent(kEu), kStart + minutes{5});  // a new one of that name
  CHECK(planner.update(kStart + minutes{5}).liveness.empty());
  CHECK(planner.update(kStart + minutes{7}).liveness == Liveness{{kEu, false}});
}

TEST_CASE("a region that a check names is missed until none does", "[plan]") {
  Planner planner;
  planner.add_agent(agent(kEu), kStart);
  Check check;
  check.name = CheckName{"shop"};
  check.regions.names = {kEu};
  const auto set = [&](const char* revision) {
    planner.set_checks({{std::make_shared<const Check>(check), Revision{revision}}});
  };
  set("1");
  planner.update(kStart);
  planner.remove_agent(agent(kEu));
  const PlanChange change = planner.update(kStart);
  CHECK(change.liveness == Liveness{{kEu, false}});
  CHECK(change.removed.empty());
  check.regions.names = {kUs};
  set("2");
  CHECK(planner.update(kStart).removed == std::vector<RegionName>{kEu});
}

TEST_CASE("a start forgets what the log knows of regions that are no more", "[plan]") {
  Planner planner;
  REQUIRE(planner.restore(snapshot_of({kEu}), kStart));
  planner.set_region(kUs, {});
  planner.keep_agents({});
  planner.recall_regions({kEu, kUs, RegionName{"ap"}});
  planner.set_told({kEu}, kStart);
  CHECK(planner.update(kStart).removed == std::vector<RegionName>{RegionName{"ap"}, kEu});
  CHECK(planner.snapshot().find("eu") == std::string::npos);
}
