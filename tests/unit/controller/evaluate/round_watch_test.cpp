// Conditions of the round (docs/reference/evaluation.md).
#include <catch2/catch.hpp>

#include "common/model/schedule.h"
#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;
using picket::test::EvaluationWorld;
using picket::test::names_of;
using Names = std::vector<std::string>;

namespace {

Check watched() {
  Check check = test::make_check();
  check.steps[0].same_across_regions = {"etag", "header.x"};
  check.alerts.push_back(test::make_alert("degraded", AlertCondition::degraded));
  return check;
}

// One region runs and shows these facts.
void show(EvaluationWorld& world, const RegionName& region, const std::string& etag,
          RunVerdict verdict = RunVerdict::pass) {
  RunResult run = test::make_run(world.check, region, world.now, {.verdict = verdict});
  for (StepResult& step : run.attempts.back().steps) {
    step.facts = {{"header.x", Value{std::string{"same"}}}};
    if (!etag.empty()) step.facts.push_back({"etag", Value{etag}});
  }
  world.apply(RunReceived{std::move(run), "agent-1"});
}

// A whole round; the last region shows `odd`, the others "a".
void round(EvaluationWorld& world, const std::string& odd) {
  const WallTime start = round_start(world.now, world.check.interval) + world.check.interval;
  world.wait_until(start + Seconds{10});
  for (std::size_t i = 0; i < world.regions.size(); ++i)
    show(world, world.regions[i], i + 1 == world.regions.size() ? odd : "a");
  world.wait_until(start + world.check.interval + Seconds{125});  // it has closed
}

}  // namespace

TEST_CASE("a fact that differs between regions degrades the check after two rounds",
          "[evaluate][round]") {
  EvaluationWorld world{4, watched()};
  round(world, "a");
  CHECK(world.verdict() == CheckVerdict::up);
  world.forget();
  round(world, "b");
  CHECK(world.verdict() == CheckVerdict::up);
  CHECK(world.view().round_findings == Names{R"(etag: r01, r02, r03 "a", r04 "b")"});
  CHECK_FALSE(world.view().round_holds);
  round(world, "b");
  CHECK(world.verdict() == CheckVerdict::degraded);
  CHECK(names_of(world.transitions) == Names{"degraded fires"});
  const AlertTransition& fired = world.transitions.back();
  CHECK(fired.attribution.failing == std::vector<RegionName>{RegionName{"r04"}});
  CHECK(fired.attribution.message == R"(etag: r01, r02, r03 "a", r04 "b")");
  CHECK(fired.reason.find(R"(r04 "b")") != std::string::npos);
}

TEST_CASE("regions that agree again clear it after two rounds", "[evaluate][round]") {
  EvaluationWorld world{4, watched()};
  for (int i = 0; i < 2; ++i) round(world, "b");
  REQUIRE(world.verdict() == CheckVerdict::degraded);
  world.forget();
  round(world, "a");
  CHECK(world.verdict() == CheckVerdict::degraded);
  round(world, "a");
  CHECK(world.verdict() == CheckVerdict::up);
  CHECK(names_of(world.transitions) == Names{"degraded clears"});
  CHECK(world.view().round_findings.empty());
}

TEST_CASE("a round that closed while nobody listened is judged by the start", "[evaluate][round]") {
  EvaluationWorld world{4, watched()};
  round(world, "a");
  round(world, "b");
  const WallTime start = round_start(world.now, world.check.interval) + world.check.interval;
  world.wait_until(start + Seconds{10});
  for (std::size_t i = 0; i < world.regions.size(); ++i)
    show(world, world.regions[i], i == 0 ? "b" : "a");
  world.now = start + world.check.interval + Seconds{125};
  world.apply(ControllerStarted{});
  CHECK(world.verdict() == CheckVerdict::degraded);
}

TEST_CASE("rounds that differ and agree in turn neither raise nor clear", "[evaluate][round]") {
  EvaluationWorld world{4, watched()};
  for (int i = 0; i < 4; ++i) {
    round(world, "b");
    round(world, "a");
  }
  CHECK(world.verdict() == CheckVerdict::up);
  CHECK(world.transitions.empty());
}

TEST_CASE("a fact that one region lacks differs; one that all lack is not judged",
          "[evaluate][round]") {
  EvaluationWorld world{3, watched()};
  for (int i = 0; i < 2; ++i) round(world, "");
  CHECK(world.verdict() == CheckVerdict::degraded);
  CHECK(world.view().round_findings == Names{R"(etag: r01, r02 "a", r03 nothing)"});

  Check check = watched();
  check.steps[0].same_across_regions = {"body.sha256"};
  EvaluationWorld none{3, check};
  for (int i = 0; i < 3; ++i) round(none, "a");
  CHECK(none.verdict() == CheckVerdict::up);
  CHECK(none.view().round_not_judged == Names{"body.sha256 across regions: no region shows it"});
}

TEST_CASE("failing regions and those without a run in the round are not compared",
          "[evaluate][round]") {
  EvaluationWorld world{4, watched()};
  world.warm_up();
  for (int i = 0; i < 3; ++i) {
    const WallTime start = round_start(world.now, world.check.interval) + world.check.interval;
    world.wait_until(start + Seconds{10});
    show(world, world.region(1), "a");
    show(world, world.region(2), "b", RunVerdict::fail);
    world.wait_until(start + world.check.interval + Seconds{125});
  }
  CHECK(world.view().round_findings.empty());
  CHECK(world.view().round_not_judged.at(0) ==
        "etag across regions: fewer than two regions have run");
}

TEST_CASE("an edge on another continent than its region is found, unknown places are said",
          "[evaluate][round]") {
  Check check = test::make_check();
  check.steps[0].pop_near_region = true;
  EvaluationWorld world{1, check};
  world.regions = {RegionName{"eu-west-1"}, RegionName{"office"}, RegionName{"us-east-1"}};
  const auto define = [&](std::map<RegionName, std::string> continents) {
    world.apply(
        CheckDefined{check, Revision{std::string(64, '2')}, world.regions, std::move(continents)});
  };
  const auto rounds = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const WallTime start = round_start(world.now, check.interval) + check.interval;
      world.wait_until(start + Seconds{10});
      for (const RegionName& region : world.regions) {
        RunResult run = test::make_run(check, region, world.now, {});
        run.attempts.back().steps[0].facts = {{"pop", Value{std::string{"IAD89-C1"}}}};
        world.apply(RunReceived{std::move(run), "agent-1"});
      }
      world.wait_until(start + check.interval + Seconds{125});
    }
  };
  define({});
  rounds(2);
  CHECK(world.verdict() == CheckVerdict::degraded);
  CHECK(world.view().round_findings ==
        Names{"pop.near_region: eu-west-1 (EU) was answered by IAD89-C1 (NA)"});
  CHECK(world.view().round_not_judged ==
        Names{"pop.near_region: it is not known where the region or its edge lies: office"});
  define({{RegionName{"office"}, "EU"}});
  rounds(1);
  CHECK(world.view().round_findings ==
        Names{"pop.near_region: eu-west-1 (EU) was answered by IAD89-C1 (NA), office (EU) was "
              "answered by IAD89-C1 (NA)"});
  CHECK(world.view().round_not_judged.empty());
}

TEST_CASE("conditions of the round are masked, redefined and paused like any other",
          "[evaluate][round]") {
  EvaluationWorld world{4, watched()};
  for (int i = 0; i < 2; ++i) round(world, "b");
  REQUIRE(world.verdict() == CheckVerdict::degraded);
  Check other = watched();
  other.steps[0].same_across_regions = {"header.x"};
  world.define(other);
  round(world, "b");
  CHECK(world.verdict() == CheckVerdict::up);
  CHECK(world.view().round_findings.empty());
}

TEST_CASE("a long silence judges no round twice", "[evaluate][round]") {
  EvaluationWorld world{4, watched()};
  round(world, "b");
  world.wait(hours{3});  // many rounds close, none with a run
  CHECK_FALSE(world.view().round_holds);
  round(world, "b");
  CHECK(world.view().round_holds);
}
