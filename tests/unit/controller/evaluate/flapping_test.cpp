// Flapping (docs/reference/evaluation.md).
#include "controller/evaluate/flapping.h"

#include <catch2/catch.hpp>

#include "common/model/schedule.h"
#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;
using picket::test::EvaluationWorld;

namespace {

void round(EvaluationWorld& world, bool good) {
  world.wait_until(round_start(world.now, world.check.interval) + world.check.interval +
                   Seconds{10});
  for (const RegionName& region : world.regions)
    world.run(region, good ? RunVerdict::pass : RunVerdict::fail);
  // The second pass that a recovery asks for.
  world.wait(minutes{1});
  if (good)
    for (const RegionName& region : world.regions)
      world.run(region, {.verdict = RunVerdict::pass, .kind = RunKind::recheck, .ordinal = 1});
}

int count(const EvaluationWorld& world, AlertPhase phase) {
  int found = 0;
  for (const auto& transition : world.transitions)
    if (transition.alert.id == "down" && transition.phase == phase) ++found;
  return found;
}

}  // namespace

TEST_CASE("newer changes weigh more", "[evaluate][flap]") {
  CHECK(flap_rate("") == 0);
  CHECK(flap_rate("ggggggggggggggggggggg") == 0);
  CHECK(flap_rate("gbgbgbgbgbgbgbgbgbgbg") == Approx(1.0));
  CHECK(flap_rate("gbbbbbbbbb") == Approx(0.8 / 9));
  CHECK(flap_rate("ggggggggbb") < flap_rate("ggggggggbg"));
  CHECK(flap_rate("gggggggggb") == Approx(1.2 / 9));
}

TEST_CASE("a check that flaps keeps one incident open", "[evaluate][flap]") {
  EvaluationWorld world{4};
  for (int i = 0; i < 10; ++i) round(world, true);
  world.forget();
  for (int i = 0; i < 20; ++i) round(world, i % 2 == 1);
  CHECK(world.view().flapping);
  const int fired = count(world, AlertPhase::fires);
  const int cleared = count(world, AlertPhase::clears);
  CHECK(fired < 10);  // each of ten outages would page otherwise
  world.forget();
  for (int i = 0; i < 10; ++i) round(world, i % 2 == 1);
  CHECK(count(world, AlertPhase::fires) == 0);
  CHECK(count(world, AlertPhase::clears) == 0);
  CHECK(fired == cleared + 1);
  world.forget();
  for (int i = 0; i < 20; ++i) round(world, true);
  CHECK_FALSE(world.view().flapping);
  CHECK(count(world, AlertPhase::clears) == 1);
}

TEST_CASE("while `down` is held open nothing less fires beside it", "[evaluate][flap]") {
  EvaluationWorld world{4};
  for (int i = 0; i < 10; ++i) round(world, true);
  for (int i = 0; i < 20; ++i) round(world, i % 2 == 1);
  REQUIRE(world.view().flapping);
  world.forget();
  for (int i = 0; i < 3; ++i) {
    world.wait(minutes{5});
    world.run(world.region(1), RunVerdict::fail);  // one region, again and again
    for (int other = 2; other <= 4; ++other) world.run(world.region(other), RunVerdict::pass);
  }
  for (const auto& transition : world.transitions)
    if (transition.alert.id == "regional") CHECK(transition.phase != AlertPhase::fires);
}

TEST_CASE("one outage is no flapping", "[evaluate][flap]") {
  EvaluationWorld world{4};
  for (int i = 0; i < 20; ++i) round(world, true);
  for (int i = 0; i < 3; ++i) round(world, false);
  for (int i = 0; i < 3; ++i) round(world, true);
  CHECK_FALSE(world.view().flapping);
  CHECK(count(world, AlertPhase::clears) == 1);
}
