// The table of conditions (docs/reference/evaluation.md), row by row.
#include <algorithm>
#include <catch2/catch.hpp>

#include "common/model/schedule.h"
#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;
using picket::test::EvaluationWorld;
using picket::test::make_down;
using picket::test::names_of;
using picket::test::recheck;
using picket::test::RunSpec;
using picket::test::with_alert;
using Names = std::vector<std::string>;

namespace {

constexpr auto kFail = RunVerdict::fail;
constexpr auto kPass = RunVerdict::pass;

}  // namespace

TEST_CASE("unknown counts as not reporting, never as a failure and never as a pass", "[evaluate]") {
  EvaluationWorld world{3, with_alert(AlertCondition::no_data)};
  world.warm_up();
  for (int i = 0; i < 6; ++i) {
    world.wait(minutes{2});
    for (const RegionName& region : world.regions) world.run(region, RunVerdict::unknown);
  }
  CHECK(world.verdict() == CheckVerdict::no_data);
  CHECK(names_of(world.transitions) == Names{"no_data fires"});
  CHECK(world.view().regions[0].last_unknown.has_value());
}

TEST_CASE("late, superseded and manual runs decide nothing", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  for (int i = 1; i <= 6; ++i) {
    world.wait(Seconds{1});
    RunReceived late{test::make_run(world.check, world.region(i), world.now, recheck(kFail)), "a"};
    late.late = true;
    world.apply(late);
    RunReceived second = late;
    second.late = false;
    second.superseded = true;
    world.apply(second);
    world.run(world.region(i), {.verdict = kFail, .kind = RunKind::manual});
  }
  CHECK(world.verdict() == CheckVerdict::up);
  CHECK(world.transitions.empty());
}

TEST_CASE("a run of a round that is closed is late, whatever its sender says", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  const WallTime old = world.now - minutes{20};
  for (int i = 1; i <= 6; ++i)
    world.apply(
        RunReceived{test::make_run(world.check, world.region(i), old, recheck(kFail)), "a"});
  CHECK(world.verdict() == CheckVerdict::up);
  CHECK(world.evaluator.is_closed(world.check.name, round_start(old, world.check.interval),
                                  world.now));
}

TEST_CASE("X of Y: a region fails when enough of its newest runs fail", "[evaluate]") {
  Check check = test::make_check();
  check.failing_x = 2;
  check.failing_y = 3;
  EvaluationWorld world{1, check};
  world.warm_up();
  rechecks(world, 1, kFail, 1);
  CHECK(world.verdict() == CheckVerdict::up);
  rechecks(world, 1, kPass, 1);
  rechecks(world, 1, kFail, 1);
  CHECK(world.verdict() == CheckVerdict::down);
}

TEST_CASE("runs older than two intervals and the timeout are not fresh", "[evaluate]") {
  EvaluationWorld world{3, with_alert(AlertCondition::no_data)};
  world.warm_up();
  const WallTime last = world.view().regions[1].last_run.value();
  world.wait_until(last + minutes{10} + Seconds{30});
  CHECK(world.verdict() == CheckVerdict::up);  // two of three still report
  world.wait(Millis{1});
  CHECK(world.verdict() == CheckVerdict::no_data);
  CHECK(world.transitions.at(0).at == world.now);
}

TEST_CASE("no_data ends when data is back, and only then", "[evaluate]") {
  EvaluationWorld world{3, with_alert(AlertCondition::no_data)};
  world.wait(hours{5});
  CHECK(names_of(world.transitions) == Names{"no_data fires"});
  world.run(world.region(1), kPass);
  CHECK(world.verdict() == CheckVerdict::no_data);
  world.run(world.region(2), kPass);
  CHECK(world.verdict() == CheckVerdict::up);
  CHECK(names_of(world.transitions) == Names{"no_data fires", "no_data clears"});
}

TEST_CASE("silence does not end what failures began", "[evaluate]") {
  EvaluationWorld world = make_down();
  world.wait(hours{6});
  CHECK(world.verdict() == CheckVerdict::down);
  CHECK(names_of(world.transitions).empty());
  for (const RegionName& region : world.regions) world.apply(RegionLiveness{region, false});
  world.wait(hours{6});
  CHECK(world.verdict() == CheckVerdict::down);
  CHECK(world.transitions.empty());
}

TEST_CASE("a single failing run that others refute pages nobody and is on record", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  world.run(world.region(4), kFail);
  world.wait(Seconds{1});
  for (const RunRequest& order : std::vector(world.orders))
    world.run(order.region, {.verdict = kPass, .kind = RunKind::confirmation});
  CHECK(names_of(world.transitions) == Names{"down suspected"});
  rechecks(world, 4, kPass, 1);
  CHECK(names_of(world.transitions) == Names{"down suspected", "down clears"});
  CHECK(world.transitions.back().reason == "below the quorum, and it passes again");
  CHECK(world.verdict() == CheckVerdict::up);
}

TEST_CASE("a failed attempt that its retry repairs is suspected, then cleared", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  world.attempt_failed(world.region(2));
  CHECK(names_of(world.transitions) == Names{"down suspected"});
  world.run(world.region(2), RunVerdict::pass_on_retry);
  CHECK(names_of(world.transitions) == Names{"down suspected", "down clears"});
}

TEST_CASE("a failed attempt whose run never comes is forgotten", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  world.attempt_failed(world.region(2));
  world.wait(Seconds{119});
  CHECK(names_of(world.transitions) == Names{"down suspected"});
  world.wait(Seconds{1});
  CHECK(names_of(world.transitions) == Names{"down suspected", "down clears"});
}

TEST_CASE("a region that keeps failing is regional at its third failure of five", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  rechecks(world, 7, kFail, 2);
  CHECK(world.verdict() == CheckVerdict::up);
  rechecks(world, 7, kPass, 2);
  rechecks(world, 7, kFail, 1);
  CHECK(world.verdict() == CheckVerdict::regional);
  CHECK(names_of(world.transitions) == Names{"down suspected", "down clears", "regional fires"});
  const auto fired = std::find_if(world.transitions.begin(), world.transitions.end(),
                                  [](const auto& t) { return t.phase == AlertPhase::fires; });
  REQUIRE(fired != world.transitions.end());
  CHECK(fired->alert.id == "regional");
  CHECK(fired->attribution.scope == Attribution::Scope::one_region);
}

TEST_CASE("the suspicion of a region ends when regional accounts for it", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  rechecks(world, 7, kFail, 3);
  CHECK(names_of(world.transitions) == Names{"down suspected", "regional fires", "down clears"});
}

TEST_CASE("regional ends after passes, not in the gaps of a flapping region", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  rechecks(world, 7, kFail, 3);
  REQUIRE(world.verdict() == CheckVerdict::regional);
  rechecks(world, 7, kPass, 1);
  rechecks(world, 7, kFail, 1);
  rechecks(world, 7, kPass, 2);  // F P F P P: two of five fail, two passes
  CHECK(world.verdict() == CheckVerdict::up);
}

TEST_CASE("an open regional gives way when down fires, not before", "[evaluate]") {
  Check check = test::make_check();
  check.alerts[0].hold = minutes{1};
  EvaluationWorld world{12, check};
  world.warm_up();
  rechecks(world, 7, kFail, 3);
  REQUIRE(world.verdict() == CheckVerdict::regional);
  world.forget();
  for (int i = 1; i <= 3; ++i) rechecks(world, i, kFail, 1);
  CHECK(world.verdict() == CheckVerdict::down);
  CHECK(world.view().firing == Names{"regional"});
  world.wait(minutes{1});
  const Names names = names_of(world.transitions);
  const auto fires = std::find(names.begin(), names.end(), "down fires");
  const auto clears = std::find(names.begin(), names.end(), "regional clears");
  REQUIRE(fires != names.end());
  CHECK(fires < clears);
  CHECK(world.view().firing == Names{"down"});
}

TEST_CASE("no_data resolves no regional incident", "[evaluate]") {
  EvaluationWorld world{12, with_alert(AlertCondition::no_data)};
  world.warm_up();
  rechecks(world, 7, kFail, 3);
  world.forget();
  world.wait(hours{1});
  CHECK(world.verdict() == CheckVerdict::no_data);
  CHECK(names_of(world.transitions) == Names{"no_data fires"});
  CHECK(world.view().firing == Names{"regional", "no_data"});
}

TEST_CASE("removed regions leave the failing set", "[evaluate]") {
  EvaluationWorld world{4};
  world.warm_up();
  rechecks(world, 3, kFail, 1);
  rechecks(world, 4, kFail, 1);
  REQUIRE(world.verdict() == CheckVerdict::down);
  world.forget();
  world.define_regions(2);
  CHECK(world.verdict() == CheckVerdict::down);  // nobody has passed since it began
  rechecks(world, 1, kPass, 2);
  rechecks(world, 2, kPass, 1);
  CHECK(world.verdict() == CheckVerdict::down);
  rechecks(world, 2, kPass, 1);
  CHECK(world.verdict() == CheckVerdict::up);
  CHECK(names_of(world.transitions) == Names{"down clears"});
}

TEST_CASE("one agent, whatever it says, neither opens nor resolves a down", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  rechecks(world, 5, kFail, 50);
  CHECK(world.verdict() == CheckVerdict::regional);
  EvaluationWorld down = make_down();
  rechecks(down, 1, kPass, 50);
  CHECK(down.verdict() == CheckVerdict::down);
}

TEST_CASE("a fault that holds for less than `for` pages nobody", "[evaluate]") {
  Check check = test::make_check();
  check.alerts[0].hold = minutes{5};
  EvaluationWorld world{3, check};
  world.warm_up();
  rechecks(world, 1, kFail, 1);
  rechecks(world, 2, kFail, 1);
  const WallTime began = world.now;
  world.wait(minutes{4});
  CHECK(names_of(world.transitions) == Names{"down suspected"});
  for (int i = 1; i <= 2; ++i) rechecks(world, i, kPass, 2);
  CHECK(names_of(world.transitions) == Names{"down suspected", "down clears"});
  CHECK(world.now < began + minutes{5});
}

TEST_CASE("a fault that holds fires when `for` runs out, at that time", "[evaluate]") {
  Check check = test::make_check();
  check.alerts[0].hold = minutes{5};
  EvaluationWorld world{3, check};
  world.warm_up();
  rechecks(world, 1, kFail, 1);
  rechecks(world, 2, kFail, 1);
  const WallTime began = world.now;
  world.wait(minutes{9});
  const auto fired = std::find_if(world.transitions.begin(), world.transitions.end(),
                                  [](const auto& t) { return t.phase == AlertPhase::fires; });
  REQUIRE(fired != world.transitions.end());
  CHECK(fired->at == began + minutes{5});
}

TEST_CASE("soft thresholds in a quorum of regions are degraded", "[evaluate]") {
  EvaluationWorld world{12, with_alert(AlertCondition::degraded)};
  world.warm_up();
  for (int i = 1; i <= 2; ++i) rechecks(world, i, RunVerdict::degraded, 1);
  CHECK(world.verdict() == CheckVerdict::up);
  rechecks(world, 3, RunVerdict::degraded, 1);
  CHECK(world.verdict() == CheckVerdict::degraded);
  CHECK(world.transitions.back().attribution.failing.size() == 3);
  for (int i = 1; i <= 3; ++i) rechecks(world, i, kPass, 2);
  CHECK(world.verdict() == CheckVerdict::up);
}

TEST_CASE("a soft threshold that one region keeps missing is degraded", "[evaluate]") {
  EvaluationWorld world{12, with_alert(AlertCondition::degraded)};
  world.warm_up();
  rechecks(world, 6, RunVerdict::degraded, 3);
  CHECK(world.verdict() == CheckVerdict::degraded);
}

TEST_CASE("the one bad server of three that retries hide is degraded", "[evaluate]") {
  EvaluationWorld world{12, with_alert(AlertCondition::degraded)};
  world.warm_up();  // twelve clean runs
  for (int i = 1; i <= 12; ++i) {
    CHECK(world.verdict() == CheckVerdict::up);
    world.wait(Seconds{25});
    world.run(world.region(i), i % 2 == 0 ? RunVerdict::pass_on_retry : kPass);
  }
  CHECK(world.verdict() == CheckVerdict::degraded);
  CHECK(names_of(world.transitions).back() == "degraded fires");
}

TEST_CASE("an outage that is over leaves no degraded behind", "[evaluate]") {
  EvaluationWorld world{12, with_alert(AlertCondition::degraded)};
  world.warm_up();
  for (int round = 0; round < 3; ++round)
    for (int i = 1; i <= 12; ++i) {
      world.wait(Seconds{25});
      world.run(world.region(i), kFail);
    }
  REQUIRE(world.verdict() == CheckVerdict::down);
  // Those that fail when the quorum is gone are regional: three of their last five are failures.
  for (int i = 1; i <= 12; ++i) rechecks(world, i, kPass, 3);
  CHECK(world.verdict() == CheckVerdict::up);
}

TEST_CASE("percentages and majorities count regions that see", "[evaluate]") {
  Check check = test::make_check();
  check.quorum = {Quorum::Kind::all, 0};
  EvaluationWorld world{3, check};
  world.warm_up();
  rechecks(world, 1, kFail, 1);
  rechecks(world, 2, kFail, 1);
  CHECK(world.verdict() == CheckVerdict::up);
  world.apply(RegionLiveness{world.region(3), false});
  CHECK(world.verdict() == CheckVerdict::down);
}

TEST_CASE("an episode is named by its first failing run, not by a degraded one", "[evaluate]") {
  EvaluationWorld world{3};
  world.warm_up();
  world.run(world.region(1), RunVerdict::degraded);
  world.wait(minutes{6});
  world.forget();
  world.attempt_failed(world.region(1));
  REQUIRE(names_of(world.transitions) == Names{"down suspected"});
  CHECK(world.transitions[0].first_bad_run == world.now);
  CHECK(world.transitions[0].opening_round == round_start(world.now, world.check.interval));
}
