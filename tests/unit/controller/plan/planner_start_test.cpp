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
