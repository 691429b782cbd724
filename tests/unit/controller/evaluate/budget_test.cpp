// Objectives and burn rates (docs/reference/slo.md).
#include <algorithm>
#include <catch2/catch.hpp>

#include "common/model/schedule.h"
#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;
using picket::test::EvaluationWorld;
using picket::test::names_of;
using Names = std::vector<std::string>;

namespace {

Check with_slo(BudgetBy by = BudgetBy::rounds) {
  Check check = test::make_check();
  check.slo.emplace();
  check.slo->budget_by = by;
  Alert fast;
  fast.id = "burn_rate";
  fast.condition = AlertCondition::burn_rate;
  fast.severity = Severity::error;
  Alert slow = fast;
  slow.id = "burn_rate_slow";
  slow.severity = Severity::warning;
  check.alerts.push_back(fast);
  check.alerts.push_back(slow);
  return check;
}

// Every region runs once in the next round; so many of them fail.
void round(EvaluationWorld& world, int failing, Millis lasted = Millis{300}) {
  world.wait_until(round_start(world.now, world.check.interval) + world.check.interval +
                   Seconds{10});
  for (int i = 1; i <= static_cast<int>(world.regions.size()); ++i)
    world.run(world.region(i),
              {.verdict = i <= failing ? RunVerdict::fail : RunVerdict::pass, .lasted = lasted});
}

void close(EvaluationWorld& world) { world.wait(minutes{10}); }

}  // namespace

TEST_CASE("a round is bad by its quorum, and unmeasured without data", "[evaluate][slo]") {
  EvaluationWorld world{4, with_slo()};
  world.forget();
  round(world, 0);
  round(world, 1);
  round(world, 2);
  world.wait(minutes{30});
  std::vector<RoundMark> marks;
  for (const RoundSummary& one : world.rounds) marks.push_back(one.mark);
  REQUIRE(marks.size() >= 5);
  CHECK(std::count(marks.begin(), marks.end(), RoundMark::good) == 2);
  CHECK(std::count(marks.begin(), marks.end(), RoundMark::bad) == 1);
  CHECK(marks.back() == RoundMark::unmeasured);
  const auto slo = world.view().slo;
  REQUIRE(slo);
  CHECK(slo->availability.good == 2);
  CHECK(slo->availability.bad == 1);
}

TEST_CASE("by runs each region counts", "[evaluate][slo]") {
  EvaluationWorld world{4, with_slo(BudgetBy::runs)};
  round(world, 0);
  round(world, 1);
  close(world);
  const auto slo = world.view().slo;
  CHECK(slo->availability.good == 7);
  CHECK(slo->availability.bad == 1);
  REQUIRE(slo->availability.left);
  CHECK(*slo->availability.left == Approx(1 - (1.0 / 8) / 0.001));
}

TEST_CASE("two bad rounds burn nothing, three do", "[evaluate][slo]") {
  EvaluationWorld world{4, with_slo()};
  for (int i = 0; i < 12; ++i) round(world, 0);
  world.forget();
  round(world, 4);
  round(world, 4);
  close(world);
  for (const auto& transition : world.transitions) CHECK(transition.alert.id != "burn_rate");
  const auto view = world.view();
  REQUIRE(view.slo);
  CHECK_FALSE(view.slo->availability.burn.front().too_fast);
}

namespace {

Names burning(const EvaluationWorld& world) {
  Names out;
  for (const auto& transition : world.transitions)
    if (transition.alert.condition == AlertCondition::burn_rate)
      out.push_back(transition.alert.id + " " + std::string{to_string(transition.phase)});
  return out;
}

}  // namespace

TEST_CASE("a budget that burns without the check being down is raised, once", "[evaluate][slo]") {
  EvaluationWorld world{4, with_slo(BudgetBy::runs)};
  for (int i = 0; i < 12; ++i) round(world, 0);
  world.forget();
  for (int i = 0; i < 6; ++i) round(world, 1);  // a quarter of the runs, below the quorum
  const Names raised = burning(world);
  CHECK(std::count(raised.begin(), raised.end(), "burn_rate fires") == 1);
  CHECK(std::count(raised.begin(), raised.end(), "burn_rate_slow fires") == 1);
  const auto fired =
      std::find_if(world.transitions.begin(), world.transitions.end(),
                   [](const auto& transition) { return transition.alert.id == "burn_rate"; });
  REQUIRE(fired != world.transitions.end());
  CHECK(fired->reason.find("the budget of 99.9 % burns at ") == 0);
  world.forget();
  for (int i = 0; i < 80; ++i) round(world, 0);
  const Names over = burning(world);
  CHECK(std::count(over.begin(), over.end(), "burn_rate clears") == 1);
}

TEST_CASE("what a `down` has told is not told again as a burn", "[evaluate][slo]") {
  EvaluationWorld world{4, with_slo()};
  for (int i = 0; i < 12; ++i) round(world, 0);
  world.forget();
  for (int i = 0; i < 4; ++i) round(world, 4);
  for (int i = 0; i < 40; ++i) round(world, 0);
  CHECK(burning(world).empty());
}

TEST_CASE("an outage too short to be told of burns aloud", "[evaluate][slo]") {
  Check check = with_slo();
  check.interval = minutes{1};
  check.alerts[0].hold = minutes{5};
  EvaluationWorld world{4, check};
  for (int i = 0; i < 20; ++i) round(world, 0);
  world.forget();
  for (int i = 0; i < 10; ++i) {
    for (int bad = 0; bad < 3; ++bad) round(world, 4);
    for (int good = 0; good < 5; ++good) round(world, 0);
  }
  const Names raised = burning(world);
  CHECK(std::count(raised.begin(), raised.end(), "burn_rate fires") >= 1);
  CHECK(std::count(raised.begin(), raised.end(), "burn_rate_slow fires") == 1);
  const Names all = names_of(world.transitions);
  CHECK(std::count(all.begin(), all.end(), "down fires") == 0);
}

TEST_CASE("a `down` that is told ends no burn that was told before", "[evaluate][slo]") {
  EvaluationWorld world{4, with_slo(BudgetBy::runs)};
  const auto one_fails = [&](int times) {  // in every second round, now here, now there
    for (int i = 0; i < times; ++i) {
      round(world, 0);
      world.wait_until(round_start(world.now, world.check.interval) + world.check.interval +
                       Seconds{10});
      for (int region = 1; region <= 4; ++region)
        world.run(world.region(region), region == i % 3 + 1 ? RunVerdict::fail : RunVerdict::pass);
    }
  };
  one_fails(8);
  REQUIRE(world.view().firing == Names{"burn_rate", "burn_rate_slow"});
  round(world, 4);
  REQUIRE(world.verdict() == CheckVerdict::down);
  world.forget();
  one_fails(6);
  REQUIRE(world.verdict() == CheckVerdict::up);
  CHECK(burning(world).empty());
}

TEST_CASE("what is not measured ends no burn", "[evaluate][slo]") {
  const bool in_maintenance = GENERATE(false, true);
  EvaluationWorld world{4, with_slo(BudgetBy::runs)};
  for (int i = 0; i < 8; ++i) round(world, 1);
  REQUIRE(world.view().firing == Names{"regional", "burn_rate", "burn_rate_slow"});
  world.forget();
  if (in_maintenance) {
    Check check = world.check;
    check.maintenance.push_back({.from = world.now, .until = world.now + hours{8}});
    world.define(check);
    for (int i = 0; i < 95; ++i) round(world, 0);
  } else {
    world.wait(hours{8});
  }
  CHECK(burning(world).empty());
  for (int i = 0; i < 12; ++i) round(world, 0);
  CHECK(burning(world) == Names{"burn_rate clears", "burn_rate_slow clears"});
}

TEST_CASE("latency has a budget of its own", "[evaluate][slo]") {
  Check check = with_slo();
  check.slo->latency = LatencyObjective{Millis{800}, 95};
  EvaluationWorld world{4, check};
  round(world, 0, Millis{300});
  round(world, 0, Millis{900});
  close(world);
  const auto slo = world.view().slo;
  REQUIRE(slo->latency);
  CHECK(slo->latency->good == 4);
  CHECK(slo->latency->bad == 4);
  CHECK(slo->availability.bad == 0);
}

TEST_CASE("rounds in maintenance are left out", "[evaluate][slo]") {
  Check check = with_slo();
  EvaluationWorld world{4, check};
  MaintenanceWindow window;
  window.from = world.now;
  window.until = world.now + minutes{21};
  check.maintenance = {window};
  world.define(check);
  round(world, 4);
  round(world, 4);
  world.wait(minutes{30});
  const auto slo = world.view().slo;
  CHECK(slo->availability.bad == 0);
  CHECK(slo->availability.good == 0);
}

TEST_CASE("points get thinner with age and the counts stay", "[evaluate][slo]") {
  Check check = with_slo();
  check.interval = minutes{1};
  check.slo->window = hours{24 * 7};
  EvaluationWorld world{1, check};
  const int rounds = 60 * 24 * 3;
  for (int i = 0; i < rounds; ++i) round(world, i % 100 == 0 ? 1 : 0);
  close(world);
  const auto slo = world.view().slo;
  CHECK(slo->availability.good + slo->availability.bad == rounds);
  CHECK(world.evaluator.snapshot(check.name).size() < 60'000);
}

TEST_CASE("a late run heals a missed slot by runs", "[evaluate][slo]") {
  EvaluationWorld world{4, with_slo(BudgetBy::runs)};
  const WallTime start = round_start(world.now, world.check.interval) + world.check.interval;
  world.wait_until(start + Seconds{10});
  RunResult late = test::make_run(world.check, world.region(1), world.now, {});
  for (int i = 2; i <= 4; ++i) world.run(world.region(i), RunVerdict::pass);
  close(world);
  CHECK(world.view().slo->availability.good == 3);
  world.apply(RunReceived{late, "agent-1", false, true});
  CHECK(world.view().slo->availability.good == 4);
  world.apply(RunReceived{late, "agent-1", true, true});  // again: the slot has run
  CHECK(world.view().slo->availability.good == 4);
}

TEST_CASE("a late run of before counting began counts, and counting began with zeros",
          "[evaluate][slo]") {
  EvaluationWorld world{4, with_slo(BudgetBy::runs)};
  const WallTime start = round_start(world.now, world.check.interval) + world.check.interval;
  world.wait_until(start + Seconds{10});
  RunResult late = test::make_run(world.check, world.region(1), world.now, {});
  for (int i = 1; i <= 4; ++i) world.run(world.region(i), RunVerdict::pass);
  close(world);
  const std::uint64_t counted = world.view().slo->availability.good;
  for (std::uint64_t more = 1; more <= 3; ++more) {
    late.key.round = late.key.round - world.check.interval;
    world.apply(RunReceived{late, "agent-1", false, true});
    CHECK(world.view().slo->availability.good == counted + more);
    CHECK(world.view().slo->availability.good_total == counted + more);
  }
}
