#include "controller/evaluate/evaluator.h"

#include <catch2/catch.hpp>

#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;
using picket::test::EvaluationWorld;
using picket::test::names_of;
using picket::test::RunSpec;
using Names = std::vector<std::string>;

namespace {

RunSpec confirmed(RunVerdict verdict) {
  return {.verdict = verdict, .kind = RunKind::confirmation};
}
RunSpec rechecked(RunVerdict verdict) { return {.verdict = verdict, .kind = RunKind::recheck}; }

// The fault starts in every region at once: the first `count` regions say so.
void break_in(EvaluationWorld& world, int count) {
  for (int i = 1; i <= count; ++i) {
    world.wait(Millis{1000});
    world.run(world.region(i),
              i == 1 ? RunSpec{.verdict = RunVerdict::fail} : confirmed(RunVerdict::fail));
  }
}

}  // namespace

TEST_CASE("a check without runs is pending, then no_data, never up", "[evaluate]") {
  Check check = test::make_check();
  check.alerts.push_back(test::make_alert("no_data", AlertCondition::no_data));
  EvaluationWorld world{3, check};
  CHECK(world.verdict() == CheckVerdict::pending);
  // The first whole round is 02:35-02:40 and closes after a run's limit and a minute.
  world.wait(minutes{10} + Seconds{119});
  CHECK(world.verdict() == CheckVerdict::pending);
  CHECK(world.transitions.empty());
  world.wait(Seconds{1});
  CHECK(world.verdict() == CheckVerdict::no_data);
  CHECK(names_of(world.transitions) == Names{"no_data fires"});
}

TEST_CASE("a check is up when enough regions report passes", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  CHECK(world.verdict() == CheckVerdict::up);
  CHECK(world.view().reporting == 12);
  CHECK(world.view().quorum == 3);
}

TEST_CASE("a global fault is down as soon as the quorum has failed", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  break_in(world, 2);
  CHECK(names_of(world.transitions) == Names{"down suspected"});
  break_in(world, 3);
  CHECK(world.verdict() == CheckVerdict::down);
  CHECK(names_of(world.transitions) == Names{"down suspected", "down fires"});
  const AlertTransition& fired = world.transitions.back();
  CHECK(fired.at == world.now);
  CHECK(fired.attribution.failing.size() == 3);
  CHECK(fired.opening_round == world.transitions.front().opening_round);
}

TEST_CASE("down ends when each region of its set has passed twice, not before", "[evaluate]") {
  EvaluationWorld world;
  world.warm_up();
  break_in(world, 3);
  world.forget();
  for (int i = 1; i <= 3; ++i) world.run(world.region(i), rechecked(RunVerdict::pass));
  world.wait(Seconds{30});
  world.run(world.region(1), rechecked(RunVerdict::pass));
  world.run(world.region(2), rechecked(RunVerdict::pass));
  CHECK(world.verdict() == CheckVerdict::down);
  world.wait(Seconds{1});
  world.run(world.region(3), rechecked(RunVerdict::pass));
  CHECK(world.verdict() == CheckVerdict::up);
  CHECK(names_of(world.transitions) == Names{"down clears"});
}
