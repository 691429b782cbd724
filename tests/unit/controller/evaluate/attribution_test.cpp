// Whose fault, end to end through the evaluator: from runs to the attribution of a transition.
#include <algorithm>
#include <catch2/catch.hpp>

#include "common/model/incident.h"
#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;
using picket::test::EvaluationWorld;
using picket::test::RunSpec;

namespace {

RunSpec via(RunVerdict verdict, const std::string& pop, RunKind kind = RunKind::recheck) {
  return {.verdict = verdict, .kind = kind, .pop = pop, .address = "192.0.2.1:443"};
}

// Regions 1 to `failing` fail behind FRA, the others pass behind AMS, all within a minute.
void break_edge(EvaluationWorld& world, int failing) {
  for (int i = 1; i <= 12; ++i) {
    world.wait(Millis{500});
    const bool fails = i <= failing;
    world.run(world.region(i),
              via(fails ? RunVerdict::fail : RunVerdict::pass, fails ? "FRA" : "AMS"));
  }
}

// The newest transition that says something of what fails.
const Attribution& told(const EvaluationWorld& world) {
  const auto found = std::find_if(
      world.transitions.rbegin(), world.transitions.rend(), [](const AlertTransition& t) {
        return t.phase == AlertPhase::fires || t.phase == AlertPhase::changes;
      });
  REQUIRE(found != world.transitions.rend());
  return found->attribution;
}

void keep_failing(EvaluationWorld& world, int failing) {
  for (int round = 0; round < 3; ++round) {
    world.wait(Seconds{40});
    break_edge(world, failing);
  }
}

}  // namespace

TEST_CASE("an edge is named when the regions behind it fail and others pass", "[attribution]") {
  EvaluationWorld world;
  world.warm_up();
  keep_failing(world, 4);
  const Attribution& a = told(world);
  CHECK(a.failing.size() == 4);
  CHECK(a.pop == "FRA");
  CHECK(a.remote_address.empty());  // passing runs have it, too
  REQUIRE(a.shared.size() == 1);
  CHECK(a.shared[0] == SharedTrait{Dimension::pop, "FRA", 4, 8, true});
}

TEST_CASE("what passed before the fault proves nothing", "[attribution]") {
  EvaluationWorld world;
  for (int i = 1; i <= 12; ++i) {
    world.wait(Seconds{20});
    world.run(world.region(i), via(RunVerdict::pass, "AMS", RunKind::scheduled));
  }
  world.wait(Seconds{40});
  for (int i = 1; i <= 3; ++i) {
    world.wait(Seconds{1});
    world.run(world.region(i), via(RunVerdict::fail, "FRA"));
  }
  REQUIRE(world.verdict() == CheckVerdict::down);
  CHECK(told(world).pop.empty());
  REQUIRE(told(world).shared.size() >= 1);
  CHECK_FALSE(told(world).shared[0].proven);
}

TEST_CASE("a provider is named by the regions' labels", "[attribution]") {
  EvaluationWorld world;
  CheckDefined defined{world.check, Revision{std::string(64, '1')}, world.regions};
  for (int i = 1; i <= 12; ++i) {
    defined.providers[world.region(i)] = i <= 4 ? "aws" : "gcp";
    defined.networks[world.region(i)] = i <= 6 ? "transit-a" : "transit-b";
  }
  world.apply(defined);
  world.warm_up();
  for (int i = 1; i <= 12; ++i) {
    world.wait(Millis{500});
    world.run(world.region(i),
              {.verdict = i <= 4 ? RunVerdict::fail : RunVerdict::pass, .kind = RunKind::recheck});
  }
  world.wait(Seconds{31});
  world.run(world.region(4), {.verdict = RunVerdict::fail, .kind = RunKind::recheck});
  const Attribution& a = told(world);
  CHECK(a.culprit(Dimension::provider) == "aws");
  CHECK(a.culprit(Dimension::network).empty());
  CHECK(render_title(world.check.name, CheckVerdict::down, a, "") ==
        "shop down: 4 of 12 regions (provider aws), HTTP 500");
}

TEST_CASE("an agent is named when another of its region passes", "[attribution]") {
  EvaluationWorld world(3);
  world.warm_up();
  const auto by = [&](int region, const std::string& agent, RunVerdict verdict) {
    world.wait(Seconds{20});
    RunSpec spec = via(verdict, "");
    spec.ordinal = static_cast<std::uint32_t>(world.log.size());
    world.apply(
        RunReceived{test::make_run(world.check, world.region(region), world.now, spec), agent});
  };
  for (int i = 0; i < 3; ++i) {
    by(1, "a", RunVerdict::fail);
    by(1, "b", RunVerdict::pass);
    by(2, "a", RunVerdict::pass);
  }
  by(1, "a", RunVerdict::fail);
  REQUIRE(world.verdict() == CheckVerdict::regional);
  CHECK(told(world).culprit(Dimension::agent) == "r01/a");
  CHECK(told(world).scope == Attribution::Scope::agent);
  CHECK(render_title(world.check.name, CheckVerdict::regional, told(world), "")
            .starts_with("shop regional: agent r01/a, HTTP 500"));
}

TEST_CASE("the one bad address that retries hide is named", "[attribution]") {
  Check check = test::make_check();
  check.alerts.push_back(test::make_alert("degraded", AlertCondition::degraded));
  EvaluationWorld world(4, check);
  world.warm_up();
  for (int round = 0; round < 8; ++round)
    for (int i = 1; i <= 4; ++i) {
      world.wait(Seconds{75});
      RunSpec spec{.verdict = i <= 2 ? RunVerdict::pass_on_retry : RunVerdict::pass,
                   .address = "192.0.2.1:443"};
      RunResult run = test::make_run(world.check, world.region(i), world.now, spec);
      run.attempts.front().steps[0].requests[0].remote_address =
          i <= 2 ? "192.0.2.2:443" : "192.0.2.1:443";
      world.apply(RunReceived{std::move(run), "agent-1"});
    }
  REQUIRE(world.verdict() == CheckVerdict::degraded);
  CHECK(told(world).failing.empty());
  CHECK(told(world).remote_address == "192.0.2.2:443");
}

TEST_CASE("an attribution and its differences survive a restart", "[attribution][snapshot]") {
  EvaluationWorld world;
  world.warm_up();
  break_edge(world, 2);
  Evaluator restored;
  REQUIRE(restored.restore_regions(world.evaluator.snapshot_regions()));
  REQUIRE(restored.restore(world.evaluator.snapshot(world.check.name)));
  CHECK(restored.snapshot(world.check.name) == world.evaluator.snapshot(world.check.name));
  world.wait(Seconds{40});
  const Event event{10'000, world.now,
                    RunReceived{test::make_run(world.check, world.region(3), world.now,
                                               via(RunVerdict::fail, "FRA")),
                                "agent-1"}};
  Effects kept = world.evaluator.apply(event);
  (void)restored.advance(world.now);
  const Effects again = restored.apply(event);
  REQUIRE(kept.transitions.size() == 1);
  REQUIRE(again.transitions.size() == 1);
  CHECK(again.transitions[0].attribution.shared == kept.transitions[0].attribution.shared);
  CHECK(again.transitions[0].attribution.pop == "FRA");
  const auto& views = again.transitions[0].regions;
  REQUIRE_FALSE(views.empty());
  const std::vector<std::string> wanted{
      "step: passed -> failed: expect.status: wanted 200, got 500", "status: 200 -> 500",
      "address: nothing -> 192.0.2.1:443", "pop: nothing -> FRA"};
  CHECK(views[0].differences == wanted);
  CHECK(kept.transitions[0].regions[0].differences == wanted);
}
