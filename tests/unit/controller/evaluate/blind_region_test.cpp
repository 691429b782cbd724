// What is seen from a blind region, and what counts once it sees again.
#include <catch2/catch.hpp>

#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;
using picket::test::EvaluationWorld;
using picket::test::recheck;
using picket::test::RunSpec;

namespace {

constexpr auto kFail = RunVerdict::fail;
constexpr auto kPass = RunVerdict::pass;

}  // namespace

TEST_CASE("a blind region neither fails nor is regional", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  world.apply(RegionSight{world.region(7), true});
  rechecks(world, 7, kFail, 5);
  CHECK(world.verdict() == CheckVerdict::up);
  CHECK(world.transitions.empty());
  // What it saw was its own network: it begins anew.
  world.apply(RegionSight{world.region(7), false});
  CHECK(world.verdict() == CheckVerdict::up);
  CHECK(world.transitions.empty());
  rechecks(world, 7, kFail, 2);
  CHECK(world.verdict() == CheckVerdict::up);
  rechecks(world, 7, kFail, 1);
  CHECK(world.verdict() == CheckVerdict::regional);
}

TEST_CASE("a run that began while its region was blind says nothing", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  world.apply(RegionSight{world.region(7), true});
  const RunResult begun = test::make_run(world.check, world.region(7), world.now, recheck(kFail));
  world.wait(Seconds{20});
  world.apply(RegionSight{world.region(7), false});
  world.wait(Seconds{5});
  world.apply(RunReceived{begun, "agent-1"});
  CHECK(world.view().regions[6].failure == std::nullopt);
  CHECK_FALSE(world.view().regions[6].reporting);
  CHECK(world.transitions.empty());
}

TEST_CASE("a region that sees again ends no incident before it has looked", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  rechecks(world, 7, kFail, 3);
  REQUIRE(world.verdict() == CheckVerdict::regional);
  world.apply(RegionSight{world.region(7), true});
  rechecks(world, 7, kPass, 2);  // of a blind region: nobody believes it
  world.apply(RegionSight{world.region(7), false});
  CHECK(world.verdict() == CheckVerdict::regional);
  rechecks(world, 7, kPass, 2);
  CHECK(world.verdict() == CheckVerdict::up);
}
