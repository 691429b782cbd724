// Confirmations and rechecks: who is asked, when, and within which budget.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;
using picket::test::EvaluationWorld;
using picket::test::names_of;
using picket::test::recheck;
using picket::test::RunSpec;

namespace {

constexpr auto kFail = RunVerdict::fail;
constexpr auto kPass = RunVerdict::pass;

RunSpec confirmation(RunVerdict v) { return {.verdict = v, .kind = RunKind::confirmation}; }
std::vector<std::string> asked(const std::vector<RunRequest>& orders) {
  std::vector<std::string> names;
  for (const RunRequest& order : orders) names.push_back(order.region.value);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the first failed attempt asks enough others, those that looked longest ago first",
          "[orders]") {
  EvaluationWorld world;
  world.warm_up();  // r01 looked first, r12 last
  const Effects effects = world.attempt_failed(world.region(1));
  CHECK(asked(effects.orders) == Names{"r02", "r03"});
  for (const RunRequest& order : effects.orders) {
    CHECK(order.kind == RunKind::confirmation);
    CHECK(order.expires == world.now + Seconds{60});
    CHECK(order.revision == Revision{std::string(64, '1')});
  }
  CHECK(effects.orders[0].ordinal != effects.orders[1].ordinal);
}

TEST_CASE("the failed run of an attempt that was told asks nobody again", "[orders]") {
  EvaluationWorld world;
  world.warm_up();
  world.attempt_failed(world.region(1));
  CHECK(world.run(world.region(1), kFail).orders.empty());
}

TEST_CASE("a failed run asks when its attempt was not told", "[orders]") {
  EvaluationWorld world;
  world.warm_up();
  CHECK(asked(world.run(world.region(1), kFail).orders) == Names{"r02", "r03"});
}

TEST_CASE("the definition may say how many are asked", "[orders]") {
  Check check = test::make_check();
  check.confirm_regions = 5;
  EvaluationWorld world{12, check};
  world.warm_up();
  CHECK(world.attempt_failed(world.region(1)).orders.size() == 5);
  check.confirm_regions = 0;
  EvaluationWorld silent{12, check};
  silent.warm_up();
  CHECK(silent.attempt_failed(silent.region(1)).orders.empty());
}

TEST_CASE("offline and blind regions are not asked", "[orders]") {
  EvaluationWorld world;
  world.warm_up();
  world.apply(RegionLiveness{world.region(2), false});
  world.apply(RegionSight{world.region(3), true});
  CHECK(asked(world.attempt_failed(world.region(1)).orders) == Names{"r04", "r05"});
}

TEST_CASE("what a blind or offline region says asks nobody", "[orders]") {
  EvaluationWorld world;
  world.warm_up();
  world.apply(RegionSight{world.region(1), true});
  CHECK(world.attempt_failed(world.region(1)).orders.empty());
  CHECK(world.run(world.region(1), kFail).orders.empty());
}

TEST_CASE("a failed confirmation asks all the others, a passing one nobody", "[orders]") {
  EvaluationWorld world;
  world.warm_up();
  world.attempt_failed(world.region(1));
  CHECK(world.run(world.region(2), confirmation(kPass)).orders.empty());
  const Effects effects = world.run(world.region(3), confirmation(kFail));
  CHECK(effects.orders.size() == 10);  // all but r01 and r03, r02 included: it may have changed
}

TEST_CASE("a start gives the confirmations of a suspicion again", "[orders]") {
  const bool attempt_only = GENERATE(true, false);
  EvaluationWorld world;
  world.warm_up();
  if (attempt_only)
    world.attempt_failed(world.region(1));
  else
    world.run(world.region(1), kFail);
  world.now = world.now + Seconds{3};
  const auto confirmations = [](const Effects& effects) {
    Names names;
    for (const RunRequest& order : effects.orders)
      if (order.kind == RunKind::confirmation) names.push_back(order.region.value);
    return names;
  };
  CHECK(confirmations(world.apply(ControllerStarted{})) == Names{"r02", "r03"});
  CHECK(world.run(world.region(1), kFail).orders.empty());
  CHECK(world.run(world.region(2), confirmation(kPass)).orders.empty());
  CHECK(world.run(world.region(3), confirmation(kFail)).orders.size() == 10);  // all others
  world.now = world.now + Seconds{3};
  CHECK(confirmations(world.apply(ControllerStarted{})) == Names{"r04", "r05"});
  CHECK(names_of(world.run(world.region(4), confirmation(kFail)).transitions) ==
        Names{"down fires"});
  world.now = world.now + Seconds{3};
  CHECK(confirmations(world.apply(ControllerStarted{})).empty());  // it is down
}

TEST_CASE("a start asks nobody about what is known or long ago", "[orders]") {
  EvaluationWorld world;
  world.warm_up();
  CHECK(world.apply(ControllerStarted{}).orders.empty());
  world.run(world.region(1), kFail);
  world.now = world.now + hours{3};
  for (const RunRequest& order : world.apply(ControllerStarted{}).orders)
    CHECK(order.kind == RunKind::recheck);
}

TEST_CASE("a check of one region asks nobody", "[orders]") {
  EvaluationWorld world{1};
  world.warm_up();
  CHECK(world.attempt_failed(world.region(1)).orders.empty());
  world.run(world.region(1), kFail);
  CHECK(world.verdict() == CheckVerdict::down);
}

TEST_CASE("confirmations without an answer are replaced by others", "[orders]") {
  EvaluationWorld world;
  world.warm_up();
  world.attempt_failed(world.region(1));
  const Effects late = world.wait(Seconds{5});
  CHECK(asked(late.orders) == Names{"r04", "r05"});
}

TEST_CASE("a slow check's confirmations are waited for", "[orders]") {
  EvaluationWorld world;
  for (const RegionName& region : world.regions) {
    world.wait(Seconds{25});
    world.run(region, {.verdict = kPass, .lasted = Millis{12'000}});
  }
  world.attempt_failed(world.region(1));
  CHECK(world.wait(Seconds{23}).orders.empty());
  CHECK(world.wait(Seconds{1}).orders.size() == 2);
}

TEST_CASE("a failing region looks again every minute", "[orders]") {
  EvaluationWorld world;
  world.warm_up();
  world.run(world.region(7), kFail);
  world.forget();
  for (int i = 0; i < 5; ++i) {
    CHECK(world.wait(Seconds{59}).orders.empty() == (i > 0));  // first: unanswered confirmations
    const Effects due = world.wait(Seconds{1});
    REQUIRE(due.orders.size() == 1);
    CHECK(due.orders[0].region == world.region(7));
    CHECK(due.orders[0].kind == RunKind::recheck);
    world.run(world.region(7), recheck(kFail));
  }
}

TEST_CASE("a lost recheck is repeated once soon, then at the usual pace", "[orders]") {
  EvaluationWorld world;
  world.warm_up();
  for (int i = 1; i <= 3; ++i) world.run(world.region(i), recheck(kFail));
  world.forget();
  const WallTime began = world.now;
  world.wait(minutes{4});
  std::vector<std::int64_t> seconds;
  for (const RunRequest& order : world.orders)
    if (order.region == world.region(1))
      seconds.push_back((order.expires - began).count() / 1000 - 60);
  CHECK(seconds == std::vector<std::int64_t>{60, 65, 125, 130, 190, 195});
}

TEST_CASE("a pass where it failed makes the others that fail look at once", "[orders]") {
  EvaluationWorld world;
  world.warm_up();
  for (int i = 1; i <= 6; ++i) world.run(world.region(i), recheck(kFail));
  world.wait(Seconds{20});
  const Effects effects = world.run(world.region(2), recheck(kPass));
  CHECK(asked(effects.orders) == Names{"r01", "r03", "r04", "r05", "r06"});
  // A pass of a region that did not fail is no news.
  CHECK(world.run(world.region(9), recheck(kPass)).orders.empty());
}

TEST_CASE("a region of the set that passed once looks again in half a minute", "[orders]") {
  EvaluationWorld world;
  world.warm_up();
  for (int i = 1; i <= 3; ++i) world.run(world.region(i), recheck(kFail));
  world.run(world.region(2), recheck(kPass));
  world.forget();
  world.wait(Seconds{30});
  const auto& orders = world.orders;
  CHECK(std::any_of(orders.begin(), orders.end(),
                    [&](const RunRequest& o) { return o.region == world.region(2); }));
}

TEST_CASE("a spent budget is visible and leaves the decision to scheduled runs", "[orders]") {
  EvaluationWorld world;
  world.warm_up();
  int ordered = 0;
  // Each region in turn fails one run that its next repairs: every time two others are asked.
  for (int i = 0; i < 80; ++i) {
    world.wait(Seconds{7});
    const RegionName& region = world.region(1 + i % 12);
    RunSpec failed{.verdict = kFail, .kind = RunKind::scheduled};
    failed.ordinal = static_cast<std::uint32_t>(i + 1);
    for (const RunRequest& order : world.run(region, failed).orders) {
      ++ordered;
      world.run(order.region, confirmation(kPass));
    }
    world.run(region, recheck(kPass));
    // A new round for every failure, so that each asks.
    world.now = world.now + minutes{5};
    if (i < 60) world.now = world.now - minutes{4} - Seconds{50};
  }
  CHECK(ordered > 0);
  std::vector<WallTime> times;
  for (const RunRequest& order : world.orders) times.push_back(order.expires);
  std::sort(times.begin(), times.end());
  for (std::size_t i = 120; i < times.size(); ++i)
    CHECK(times[i] - times[i - 120] >= Millis{hours{1}});
}

TEST_CASE("the recovery budget keeps enough for the moment somebody passes", "[orders]") {
  EvaluationWorld world;
  world.warm_up();
  for (int i = 1; i <= 12; ++i) world.run(world.region(i), recheck(kFail));
  REQUIRE(world.verdict() == CheckVerdict::down);
  for (int minute = 0; minute < 30; ++minute) {
    world.wait(minutes{1});
    for (int i = 1; i <= 12; ++i) world.run(world.region(i), recheck(kFail));
  }
  CHECK_FALSE(world.budgets.empty());
  CHECK(world.budgets.back().budget == BudgetKind::recovery);
  CHECK(world.view().recovery_left >= 24);
  world.forget();
  const Effects effects = world.run(world.region(4), recheck(kPass));
  CHECK(effects.orders.size() == 11);
  CHECK(effects.budgets.empty());
}

TEST_CASE("a region that was lost during a pause is not asked after it", "[orders]") {
  EvaluationWorld world;
  world.warm_up();
  world.run(world.region(1), kFail);
  Check paused = world.check;
  paused.paused = Paused{world.now + minutes{5}, "migration"};
  world.define(paused);
  world.apply(RegionSight{world.region(1), true});
  world.forget();
  world.wait(minutes{7});
  CHECK(asked(world.orders) == Names{});
}
