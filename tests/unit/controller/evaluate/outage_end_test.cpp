// How an outage ends: who says so, and what it leaves behind. What makes one of a region's fault.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;
using picket::test::EvaluationWorld;
using picket::test::names_of;
using Names = std::vector<std::string>;

namespace {

constexpr auto kFail = RunVerdict::fail;
constexpr auto kPass = RunVerdict::pass;

test::RunSpec confirmation(RunVerdict verdict) {
  return {.verdict = verdict, .kind = RunKind::confirmation};
}

EvaluationWorld make_world() {
  EvaluationWorld world;
  world.warm_up();
  return world;
}

// Regions 1 to 3 are the set; region 4 fails as often as it is told, without being of it.
EvaluationWorld make_down_with_fourth(int fails) {
  EvaluationWorld world = make_world();
  for (int i = 1; i <= 3; ++i) rechecks(world, i, kFail, 1);
  REQUIRE(world.verdict() == CheckVerdict::down);
  rechecks(world, 4, kFail, fails);
  world.forget();
  return world;
}

EvaluationWorld make_world_with_two_told() {
  EvaluationWorld world = make_world();
  rechecks(world, 1, kFail, 3);
  rechecks(world, 7, kFail, 3);
  REQUIRE(world.view().firing == Names{"regional"});
  world.wait(Seconds{1});
  return world;
}

// Four regions, quorum 2: regions 1 and 2 are the set, 3 and 4 pass all the while.
EvaluationWorld make_down_of_four() {
  EvaluationWorld world{4};
  world.warm_up();
  rechecks(world, 1, kFail, 1);
  rechecks(world, 2, kFail, 1);
  REQUIRE(world.verdict() == CheckVerdict::down);
  world.forget();
  return world;
}

bool was_asked(const EvaluationWorld& world, int region) {
  return std::any_of(world.orders.begin(), world.orders.end(),
                     [&](const auto& order) { return order.region == world.region(region); });
}

void recover_set(EvaluationWorld& world) {
  for (int i = 1; i <= 3; ++i) rechecks(world, i, kPass, 2);
}

}  // namespace

TEST_CASE("what still fails opens regional before down clears", "[evaluate]") {
  EvaluationWorld world = make_down_with_fourth(4);
  recover_set(world);
  rechecks(world, 4, kFail, 2);
  CHECK(world.verdict() == CheckVerdict::down);  // two failures may be lost requests
  rechecks(world, 4, kFail, 1);
  CHECK(world.verdict() == CheckVerdict::regional);
  const Names names = names_of(world.transitions);
  const auto fires = std::find(names.begin(), names.end(), "regional fires");
  const auto clears = std::find(names.begin(), names.end(), "down clears");
  REQUIRE(fires != names.end());
  CHECK(fires < clears);
}

TEST_CASE("a region not looked at since the recovery keeps down open and is no regional",
          "[evaluate]") {
  EvaluationWorld world = make_down_with_fourth(3);
  recover_set(world);
  CHECK(world.verdict() == CheckVerdict::down);  // what region 4 said is of the outage
  rechecks(world, 4, kPass, 1);
  CHECK(world.verdict() == CheckVerdict::up);
}

TEST_CASE("a request that is lost after an outage makes no regional of it", "[evaluate]") {
  EvaluationWorld world = make_down_with_fourth(3);
  recover_set(world);
  rechecks(world, 4, kFail, 1);
  CHECK(world.verdict() == CheckVerdict::down);
  rechecks(world, 4, kPass, 1);
  CHECK(world.verdict() == CheckVerdict::up);
  rechecks(world, 4, kFail, 1);
  rechecks(world, 1, kFail, 1);
  CHECK(world.verdict() == CheckVerdict::up);
  const Names names = names_of(world.transitions);
  CHECK(std::count(names.begin(), names.end(), "regional fires") == 0);
  rechecks(world, 4, kFail, 1);  // with the one at the end the third: it does fail
  CHECK(world.verdict() == CheckVerdict::regional);
}

TEST_CASE("the end of an outage leaves a region its last word", "[evaluate]") {
  Check check = test::make_check();
  check.failing_x = 2;
  check.failing_y = 2;
  EvaluationWorld world{12, check};
  world.warm_up();
  for (int i = 1; i <= 3; ++i) rechecks(world, i, kFail, 2);
  REQUIRE(world.verdict() == CheckVerdict::down);
  rechecks(world, 4, kFail, 1);  // not failing by two of two
  recover_set(world);
  CHECK(world.verdict() == CheckVerdict::up);
  CHECK(world.view().regions[3].last_run.has_value());
}

TEST_CASE("beside a page about two regions one failed confirmation elsewhere is no outage",
          "[evaluate]") {
  EvaluationWorld world = make_world_with_two_told();
  world.run(world.region(4), confirmation(kFail));
  CHECK(world.verdict() == CheckVerdict::regional);
  rechecks(world, 4, kFail, 1);
  CHECK(world.verdict() == CheckVerdict::down);
}

TEST_CASE("beside a page about two regions two failed confirmations are an outage", "[evaluate]") {
  EvaluationWorld world = make_world_with_two_told();
  world.run(world.region(4), confirmation(kFail));
  world.run(world.region(5), confirmation(kFail));
  CHECK(world.verdict() == CheckVerdict::down);
}

TEST_CASE("beside a page about two regions one run with its retry elsewhere is an outage",
          "[evaluate]") {
  EvaluationWorld world = make_world_with_two_told();
  world.run(world.region(4), kFail);
  CHECK(world.verdict() == CheckVerdict::down);
}

TEST_CASE("where hardly any region passes each failed confirmation counts", "[evaluate]") {
  Check check = test::make_check();
  check.quorum = {Quorum::Kind::count, 3};
  EvaluationWorld world{4, check};
  world.warm_up();
  rechecks(world, 1, kFail, 3);
  rechecks(world, 2, kFail, 1);
  REQUIRE(world.view().firing == Names{"regional"});
  world.run(world.region(3), confirmation(kFail));  // one passes, three fail
  CHECK(world.verdict() == CheckVerdict::down);
}

TEST_CASE("without an alert for regions a quorum counts each failure", "[evaluate]") {
  Check check = test::make_check();
  std::erase_if(check.alerts,
                [](const Alert& a) { return a.condition == AlertCondition::regional; });
  EvaluationWorld world{12, check};
  world.warm_up();
  rechecks(world, 1, kFail, 3);
  rechecks(world, 7, kFail, 3);
  world.run(world.region(4), confirmation(kFail));
  CHECK(world.verdict() == CheckVerdict::down);
}

TEST_CASE("one dead or blind region of the set holds nothing up", "[evaluate]") {
  const bool blind = GENERATE(false, true);
  const bool recovered_first = GENERATE(false, true);
  EvaluationWorld world = make_down_of_four();
  if (recovered_first) rechecks(world, 2, kPass, 1);
  if (blind)
    world.apply(RegionSight{world.region(2), true});
  else
    world.apply(RegionLiveness{world.region(2), false});
  rechecks(world, 1, kPass, 2);
  CHECK(world.verdict() == CheckVerdict::down);  // of the others nobody has been asked since
  rechecks(world, 3, kPass, 2);
  CHECK(world.verdict() == CheckVerdict::up);
  CHECK(names_of(world.transitions) == Names{"down clears"});
}

TEST_CASE("a region of the set that still fails keeps down open, whoever passes", "[evaluate]") {
  EvaluationWorld world = make_down_of_four();
  for (const int region : {1, 3, 4}) rechecks(world, region, kPass, 2);
  CHECK(world.verdict() == CheckVerdict::down);
}

TEST_CASE("others are asked where too few of the set are left to end it", "[evaluate][orders]") {
  EvaluationWorld world = make_down_of_four();
  world.wait(Seconds{61});
  CHECK_FALSE(was_asked(world, 3));
  world.apply(RegionLiveness{world.region(2), false});
  world.forget();
  world.wait(Seconds{61});
  CHECK(was_asked(world, 3));
  CHECK(was_asked(world, 4));
  CHECK_FALSE(was_asked(world, 2));
  rechecks(world, 3, kPass, 2);
  rechecks(world, 4, kPass, 2);
  world.forget();
  world.wait(Seconds{120});
  CHECK_FALSE(was_asked(world, 3));  // it has said what it can
  CHECK(was_asked(world, 1));
}

TEST_CASE("the death of all that fail ends no outage, passes elsewhere do", "[evaluate]") {
  EvaluationWorld world = make_down_of_four();
  world.apply(RegionLiveness{world.region(1), false});
  world.apply(RegionLiveness{world.region(2), false});
  CHECK(world.verdict() == CheckVerdict::down);
  rechecks(world, 3, kPass, 2);
  rechecks(world, 4, kPass, 1);
  CHECK(world.verdict() == CheckVerdict::down);
  rechecks(world, 4, kPass, 1);
  CHECK(world.verdict() == CheckVerdict::up);
}

TEST_CASE("a check that moves to other regions is down until a quorum of them passes",
          "[evaluate]") {
  EvaluationWorld world = make_down_of_four();
  world.regions.clear();
  for (const char* name : {"x1", "x2", "x3", "x4"}) world.regions.emplace_back(name);
  world.define(world.check);
  CHECK(world.verdict() == CheckVerdict::down);
  const bool fails_there = GENERATE(false, true);
  const RunVerdict verdict = fails_there ? kFail : kPass;
  for (int i = 1; i <= 4; ++i) rechecks(world, i, verdict, 2);
  CHECK(world.verdict() == (fails_there ? CheckVerdict::down : CheckVerdict::up));
  CHECK(names_of(world.transitions) ==
        (fails_there ? Names{"down changes"} : Names{"down clears"}));
}

TEST_CASE("what failed before others ended an outage counts no more", "[evaluate]") {
  EvaluationWorld world = make_down_of_four();
  rechecks(world, 3, kFail, 3);
  rechecks(world, 3, kPass, 2);
  world.regions = {world.region(3), world.region(4)};
  world.define(world.check);
  rechecks(world, 2, kPass, 2);  // the second of two
  REQUIRE(world.verdict() == CheckVerdict::up);
  rechecks(world, 1, kFail, 1);
  CHECK(world.verdict() == CheckVerdict::up);
}
