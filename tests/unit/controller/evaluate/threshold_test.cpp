// Thresholds of alerts (docs/reference/thresholds.md).
#include <catch2/catch.hpp>

#include "common/model/schedule.h"
#include "common/model/when.h"
#include "controller/evaluate/thresholds.h"
#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;
using picket::test::EvaluationWorld;
using picket::test::names_of;
using Names = std::vector<std::string>;

namespace {

Check with_threshold(const std::string& when, Millis hold = Millis{0}, int samples = 5) {
  Check check = test::make_check();
  Alert alert;
  alert.id = "slow";
  alert.condition = AlertCondition::threshold;
  alert.severity = Severity::warning;
  alert.hold = hold;
  alert.threshold = std::get<Threshold>(*parse_when(when));
  alert.threshold->samples = samples;
  check.alerts.push_back(alert);
  return check;
}

void run(EvaluationWorld& world, int region, Millis lasted, RunVerdict verdict = RunVerdict::pass) {
  world.run(world.region(region), {.verdict = verdict, .lasted = lasted});
}

// To where every region has a new slot.
void next_round(EvaluationWorld& world) {
  world.wait_until(round_start(world.now, world.check.interval) + world.check.interval +
                   Seconds{10});
}

// Every region runs once in the next round and takes as long.
void round(EvaluationWorld& world, Millis lasted) {
  next_round(world);
  for (int i = 1; i <= static_cast<int>(world.regions.size()); ++i) run(world, i, lasted);
}

}  // namespace

TEST_CASE("aggregates of samples", "[evaluate][threshold]") {
  const std::vector<Value> numbers{Value{10.0}, Value{20.0}, Value{30.0}, Value{40.0}};
  const auto number = [&](Aggregate aggregate) {
    return as_number(*aggregate_of(aggregate, numbers));
  };
  CHECK(number(Aggregate::p50) == 25);
  CHECK(number(Aggregate::p75) == 32.5);
  CHECK(number(Aggregate::p99) == Approx(39.7));
  CHECK(number(Aggregate::mean) == 25);
  CHECK(number(Aggregate::min) == 10);
  CHECK(number(Aggregate::max) == 40);
  CHECK(number(Aggregate::count) == 4);
  CHECK(number(Aggregate::distinct) == 4);
  CHECK(as_number(*aggregate_of(Aggregate::p95, {Value{7.0}})) == 7);
  CHECK(as_number(*aggregate_of(Aggregate::ratio,
                                {Value{true}, Value{false}, Value{true}, Value{true}})) == 0.75);
  CHECK_FALSE(aggregate_of(Aggregate::p95, {}));
  CHECK_FALSE(aggregate_of(Aggregate::mean, {Value{std::string{"a"}}}));
}

TEST_CASE("a percentile over all regions fires and clears", "[evaluate][threshold]") {
  EvaluationWorld world{4, with_threshold("p95(duration) > 1s over 10m")};
  round(world, Millis{300});
  round(world, Millis{300});
  world.forget();
  round(world, Millis{2'500});
  CHECK(names_of(world.transitions) == Names{"slow fires"});
  CHECK(world.transitions.back().reason.find("p95(duration) is ") == 0);
  CHECK(world.verdict() == CheckVerdict::up);  // beside the verdicts
  world.forget();
  for (int i = 0; i < 4; ++i) round(world, Millis{300});
  CHECK(names_of(world.transitions) == Names{"slow clears"});
}

TEST_CASE("too few samples neither fire nor clear", "[evaluate][threshold]") {
  EvaluationWorld world{2, with_threshold("p95(duration) > 1s over 15m", Millis{0}, 5)};
  world.forget();
  round(world, Millis{3'000});
  round(world, Millis{3'000});
  CHECK(names_of(world.transitions).empty());  // four of five
  round(world, Millis{3'000});
  CHECK(names_of(world.transitions) == Names{"slow fires"});
  world.forget();
  world.wait(hours{3});  // nobody runs: no data is no recovery
  for (const auto& transition : world.transitions) CHECK(transition.alert.id != "slow");
}

TEST_CASE("failed runs are no samples of a duration", "[evaluate][threshold]") {
  EvaluationWorld world{4, with_threshold("max(duration) > 1s over 10m", Millis{0}, 1)};
  world.warm_up();
  next_round(world);
  world.forget();
  run(world, 1, Millis{20'000}, RunVerdict::fail);
  for (const auto& transition : world.transitions) CHECK(transition.alert.id != "slow");
}

TEST_CASE("the newest value needs a quorum of regions, not one", "[evaluate][threshold]") {
  EvaluationWorld world{4, with_threshold("duration > 1s")};
  world.warm_up();
  next_round(world);
  world.forget();
  run(world, 1, Millis{2'000});
  CHECK(names_of(world.transitions).empty());
  run(world, 2, Millis{2'000});
  CHECK(names_of(world.transitions) == Names{"slow fires"});
  CHECK(world.transitions.back().reason == "duration is 2s in r01, r02");
  CHECK(world.transitions.back().attribution.failing.size() == 2);
}

TEST_CASE("in any region one is enough", "[evaluate][threshold]") {
  EvaluationWorld world{4, with_threshold("duration > 1s in any region")};
  world.warm_up();
  next_round(world);
  world.forget();
  run(world, 3, Millis{2'000});
  CHECK(names_of(world.transitions) == Names{"slow fires"});
  CHECK(world.transitions.back().attribution.failing == std::vector{RegionName{"r03"}});
}

TEST_CASE("`for` must pass, and what stops before it says nothing", "[evaluate][threshold]") {
  EvaluationWorld world{4, with_threshold("duration > 1s in any region", minutes{12})};
  world.warm_up();
  next_round(world);
  world.forget();
  run(world, 3, Millis{2'000});
  world.wait(minutes{5});
  run(world, 3, Millis{300});
  world.wait(minutes{20});
  CHECK(names_of(world.transitions).empty());
  run(world, 3, Millis{2'000});
  for (int i = 0; i < 3; ++i) {
    world.wait(minutes{5});
    run(world, 3, Millis{2'000});
  }
  CHECK(names_of(world.transitions) == Names{"slow fires"});
}

TEST_CASE("nothing new is raised while the check is down", "[evaluate][threshold]") {
  EvaluationWorld world{4,
                        with_threshold("max(duration) > 1s over 10m in any region", Millis{0}, 1)};
  world.warm_up();
  next_round(world);
  for (const int region : {1, 2}) run(world, region, Millis{300}, RunVerdict::fail);
  REQUIRE(world.verdict() == CheckVerdict::down);
  world.forget();
  run(world, 3, Millis{5'000});
  for (const auto& transition : world.transitions) CHECK(transition.alert.id != "slow");
}

TEST_CASE("a snapshot keeps samples and episodes of thresholds", "[evaluate][threshold]") {
  EvaluationWorld world{4, with_threshold("p95(duration) > 1s over 10m")};
  round(world, Millis{300});
  round(world, Millis{2'500});
  Evaluator copy;
  REQUIRE(copy.restore(world.evaluator.snapshot(world.check.name)));
  CHECK(copy.snapshot(world.check.name) == world.evaluator.snapshot(world.check.name));
}
