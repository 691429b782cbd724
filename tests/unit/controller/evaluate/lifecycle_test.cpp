// Checks that are paused, changed, deleted or not listened to; episodes and rounds.
#include <algorithm>
#include <catch2/catch.hpp>

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

TEST_CASE("a paused check says nothing, and its incidents wait for its return", "[evaluate]") {
  EvaluationWorld world = make_down();
  Check paused = world.check;
  paused.paused = Paused{world.now + hours{1}, "migration"};
  world.define(paused);
  CHECK(names_of(world.transitions) == Names{"down changes"});
  CHECK(world.transitions[0].reason == "paused: migration");
  CHECK(world.view().paused == "migration");
  world.wait(minutes{50});
  CHECK(names_of(world.transitions) == Names{"down changes"});
  CHECK(world.orders.empty());
  REQUIRE(world.rounds.size() >= 8);
  for (const SlotOutcome& slot : world.rounds.back().slots) CHECK(slot.end == SlotEnd::skipped);
  world.wait(minutes{11});  // it is over, whatever the file still says
  CHECK(!world.view().paused);
  for (int i = 1; i <= 3; ++i) rechecks(world, i, kPass, 2);
  CHECK(names_of(world.transitions).back() == "down clears");
}

TEST_CASE("only a round that a pause touches is skipped", "[evaluate]") {
  EvaluationWorld world{3};
  world.warm_up();
  world.wait(minutes{5});  // a round of silence, closed when the pause has begun
  Check paused = world.check;
  paused.paused = Paused{world.now + minutes{6}, "migration"};
  world.define(paused);
  SECTION("it ends while somebody listens") { world.wait(minutes{20}); }
  SECTION("it ends while nobody listens") {
    world.now = world.now + minutes{20};
    world.apply(ControllerStarted{});
  }
  REQUIRE(world.rounds.size() >= 4);
  std::vector<SlotEnd> ends;
  for (const RoundSummary& round : world.rounds) ends.push_back(round.slots.front().end);
  ends.resize(4);
  CHECK(ends == std::vector{SlotEnd::missed, SlotEnd::skipped, SlotEnd::skipped, SlotEnd::missed});
}

TEST_CASE("a shorter limit of a run closes a round when it is defined, not before", "[evaluate]") {
  EvaluationWorld world{3};
  world.warm_up();
  world.wait(minutes{6} + Seconds{40});
  REQUIRE(world.rounds.empty());
  Check changed = world.check;
  changed.retries = 0;
  world.define(changed);
  const Effects effects = world.wait(Millis{0});
  REQUIRE(world.rounds.size() == 1);
  CHECK(world.rounds[0].closed == world.now);
  REQUIRE(effects.time_passed.size() == 1);
  CHECK(effects.time_passed[0].first == world.now);  // the log's times never fall
}

TEST_CASE("a shorter memory is used from the next run on", "[evaluate]") {
  Check remembering = test::make_check();
  remembering.failing_y = 8;
  EvaluationWorld world{3, remembering};
  for (int i = 0; i < 8; ++i) {
    world.wait(Seconds{30});
    world.run(world.region(1), recheck(kPass));
  }
  REQUIRE(world.view().regions[0].recent.size() == 8);
  Check changed = world.check;
  changed.failing_y = 1;
  world.define(changed);
  world.wait(Seconds{30});
  world.run(world.region(1), recheck(kPass));
  CHECK(world.view().regions[0].recent.size() == 5);
}

TEST_CASE("a region that was no more and comes back begins anew", "[evaluate]") {
  EvaluationWorld world{4};
  world.warm_up();
  const RegionName gone = world.region(4);
  world.apply(RegionLiveness{gone, false});
  world.apply(RegionSight{gone, true});
  world.define_regions(3);
  world.apply(RegionLiveness{gone, true, {}, true});
  world.define_regions(4);
  CHECK(world.view().regions[3].online);
  CHECK_FALSE(world.view().regions[3].blind);
  for (const int region : {3, 4}) rechecks(world, region, kFail, 1);
  CHECK(world.verdict() == CheckVerdict::down);
}

TEST_CASE("a deleted check resolves what it has open, with the reason", "[evaluate]") {
  EvaluationWorld world = make_down();
  world.apply(CheckRemoved{world.check.name});
  CHECK(names_of(world.transitions) == Names{"down clears"});
  CHECK(world.transitions[0].reason == "check deleted");
  CHECK_FALSE(world.evaluator.view(world.check.name).has_value());
  CHECK_FALSE(world.evaluator.next_due().has_value());
}

TEST_CASE("an alert that leaves the definition clears, one that stays goes on", "[evaluate]") {
  EvaluationWorld world = make_down();
  Check changed = world.check;
  changed.alerts = {test::make_alert("checkout-down", AlertCondition::down)};
  world.define(changed);
  CHECK(names_of(world.transitions) == Names{"down clears", "checkout-down fires"});
}

TEST_CASE("failing already when an alert is defined is judged by level", "[evaluate]") {
  EvaluationWorld world = make_down();
  Check changed = world.check;
  changed.alerts.push_back(test::make_alert("second", AlertCondition::down));
  world.define(changed);
  CHECK(names_of(world.transitions) == Names{"down changes", "second fires"});
}

TEST_CASE("the time in which nobody listened is no absence of data", "[evaluate]") {
  EvaluationWorld world{12, with_alert(AlertCondition::no_data)};
  world.warm_up();
  world.now = world.now + hours{3};
  world.apply(ControllerStarted{});
  CHECK(world.transitions.empty());
  world.wait(minutes{5});
  CHECK(world.transitions.empty());
  world.wait(minutes{10});
  CHECK(names_of(world.transitions) == Names{"no_data fires"});
}

TEST_CASE("a later episode of the same round has a name of its own", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  std::vector<WallTime> openings;
  for (int episode = 0; episode < 3; ++episode) {
    for (int i = 1; i <= 3; ++i) {
      world.wait(Seconds{1});
      world.run(world.region(i), recheck(kFail));
    }
    for (int pass = 0; pass < 2; ++pass)
      for (int i = 1; i <= 3; ++i) {
        world.wait(Seconds{1});
        world.run(world.region(i), recheck(kPass));
      }
  }
  for (const AlertTransition& t : world.transitions)
    if (t.phase == AlertPhase::fires) openings.push_back(t.opening_round);
  REQUIRE(openings.size() == 3);
  CHECK(openings[0] < openings[1]);
  CHECK(openings[1] < openings[2]);
}

TEST_CASE("every slot of a closed round has one state", "[evaluate]") {
  EvaluationWorld world{3};
  world.wait(minutes{5});
  const WallTime round = world.now;
  world.run(world.region(1), {.verdict = kPass, .lasted = Millis{0}});
  world.apply(
      MissedReceived{{world.check.name, round, MissReason::overloaded}, world.region(2), "a"});
  world.forget();
  world.wait(minutes{7});
  REQUIRE(world.rounds.size() == 1);
  CHECK(world.rounds[0].round == round);
  CHECK(world.rounds[0].closed == round + minutes{7});
  REQUIRE(world.rounds[0].slots.size() == 3);
  CHECK(world.rounds[0].slots[0].end == SlotEnd::ran);
  CHECK(world.rounds[0].slots[1].end == SlotEnd::missed);
  CHECK(world.rounds[0].slots[1].reason == MissReason::overloaded);
  CHECK(world.rounds[0].slots[2].end == SlotEnd::missed);
  CHECK(world.rounds[0].slots[2].reason == MissReason::offline);
}

TEST_CASE("silence that was announced is no absence of data until its end", "[evaluate]") {
  EvaluationWorld world{3, with_alert(AlertCondition::no_data)};
  world.warm_up();
  REQUIRE(world.verdict() == CheckVerdict::up);
  const auto drain = [&](WallTime until) {
    for (int i = 1; i <= 3; ++i) world.apply(RegionLiveness{world.region(i), true, until});
  };
  drain(world.now + minutes{20});
  CHECK(world.wait(minutes{19}).transitions.empty());
  CHECK(world.verdict() == CheckVerdict::pending);
  const Effects effects = world.wait(minutes{2});
  REQUIRE(effects.transitions.size() == 1);
  CHECK(effects.transitions.front().phase == AlertPhase::fires);
  CHECK(world.verdict() == CheckVerdict::no_data);
}

TEST_CASE("who is back after announced silence has a round of time", "[evaluate]") {
  EvaluationWorld world{3, with_alert(AlertCondition::no_data)};
  world.warm_up();
  for (int i = 1; i <= 3; ++i)
    world.apply(RegionLiveness{world.region(i), true, world.now + minutes{20}});
  world.wait(minutes{15});
  for (int i = 1; i <= 3; ++i) {
    const Effects back = world.apply(RegionLiveness{world.region(i), true, {}});
    CHECK(back.transitions.empty());
  }
  CHECK(world.wait(minutes{4}).transitions.empty());
  for (int i = 1; i <= 3; ++i)
    CHECK(world.run(world.region(i), RunVerdict::pass).transitions.empty());
  CHECK(world.verdict() == CheckVerdict::up);
  CHECK(world.wait(minutes{9}).transitions.empty());
}

TEST_CASE("a region that comes and goes with a word excuses no other", "[evaluate]") {
  EvaluationWorld world{3, with_alert(AlertCondition::no_data)};
  world.warm_up();
  world.forget();
  // Two regions die without a word, the third is started anew every few minutes.
  for (int i = 0; i < 6; ++i) {
    world.apply(RegionLiveness{world.region(3), true, world.now + minutes{10}});
    world.wait(minutes{1});
    world.apply(RegionLiveness{world.region(3), true, {}});
    world.wait(minutes{1});
    world.run(world.region(3), RunVerdict::pass);
    world.wait(minutes{1});
  }
  CHECK(world.verdict() == CheckVerdict::no_data);
  CHECK(test::names_of(world.transitions) == std::vector<std::string>{"no_data fires"});
}

TEST_CASE("who is back from a drain is still awaited after a restart", "[evaluate][snapshot]") {
  EvaluationWorld world{1, with_alert(AlertCondition::no_data)};
  world.warm_up();
  world.apply(RegionLiveness{world.region(1), true, world.now + minutes{20}});
  world.wait(minutes{15});
  world.apply(RegionLiveness{world.region(1), true, {}});
  Evaluator restored;
  REQUIRE(restored.restore_regions(world.evaluator.snapshot_regions()));
  REQUIRE(restored.restore(world.evaluator.snapshot(world.check.name)));
  world.evaluator = std::move(restored);
  world.forget();
  world.wait(minutes{4});
  CHECK(world.verdict() == CheckVerdict::pending);
  world.wait(minutes{10});  // its round has closed without a run
  CHECK(test::names_of(world.transitions) == std::vector<std::string>{"no_data fires"});
}

TEST_CASE("an announcement ends no absence of data that was there before", "[evaluate]") {
  EvaluationWorld world{3, with_alert(AlertCondition::no_data)};
  world.warm_up();
  world.wait(minutes{30});
  REQUIRE(world.verdict() == CheckVerdict::no_data);
  const Effects effects =
      world.apply(RegionLiveness{world.region(1), true, world.now + minutes{10}});
  CHECK(effects.transitions.empty());
  CHECK(world.verdict() == CheckVerdict::no_data);
}

TEST_CASE("one region that goes of three that look is no absence, two are", "[evaluate]") {
  EvaluationWorld world{3, with_alert(AlertCondition::no_data)};
  world.warm_up();
  world.apply(RegionLiveness{world.region(1), true, world.now + hours{2}});
  // The second region falls silent without a word: one of three reports, one of them is excused.
  Effects all;
  for (int i = 0; i < 6; ++i) {
    world.wait(minutes{5});
    world.run(world.region(3), RunVerdict::pass);
  }
  CHECK(world.view().reporting == 1);
  CHECK(world.verdict() == CheckVerdict::pending);  // needs two: one reports, one was announced
}
