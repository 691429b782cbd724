#include "controller/evaluate/fleet_sight.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;

namespace {

struct FleetWorld {
  FleetSight fleet;
  WallTime now{WallTime::from_unix_ms(1'795'314'600'000)};
  std::vector<RegionName> regions{test::make_regions(6)};
  std::vector<Check> checks;
  std::vector<FleetTransition> transitions;
  std::vector<RegionSight> sights;

  explicit FleetWorld(int count = 6) {
    for (int i = 1; i <= count; ++i) {
      checks.push_back(test::make_check(fmt::format("check-{}", i)));
      apply(CheckDefined{checks.back(), Revision{"1"}, regions});
    }
  }

  void keep(const FleetEffects& effects) {
    transitions.insert(transitions.end(), effects.transitions.begin(), effects.transitions.end());
    sights.insert(sights.end(), effects.sights.begin(), effects.sights.end());
    for (const RegionSight& sight : effects.sights) fleet.apply({0, now, sight});
  }
  void apply(decltype(Event::what) what) { keep(fleet.apply({0, now, std::move(what)})); }

  // `status` 0: no answer at all, as when the network is gone.
  void run(int check, int region, bool passes, int status = 0, const std::string& address = "") {
    now = now + Seconds{1};
    test::RunSpec spec{.verdict = passes ? RunVerdict::pass : RunVerdict::fail};
    spec.status = status;
    spec.address = address;
    apply(RunReceived{test::make_run(checks[static_cast<std::size_t>(check - 1)],
                                     regions[static_cast<std::size_t>(region - 1)], now, spec),
                      "agent-1"});
  }

  void all_pass() {
    for (int check = 1; check <= static_cast<int>(checks.size()); ++check)
      for (int region = 1; region <= 6; ++region) run(check, region, true);
  }
};

}  // namespace

TEST_CASE("a region whose checks get no answer while they pass elsewhere is blind", "[fleet]") {
  FleetWorld world;
  world.all_pass();
  world.run(1, 2, false);
  world.run(2, 2, false);
  CHECK(world.sights.empty());
  world.run(3, 2, false);
  REQUIRE(world.sights.size() == 1);
  CHECK(world.sights[0].region == world.regions[1]);
  CHECK(world.sights[0].blind);
  CHECK(world.fleet.blind(world.regions[1]));
  REQUIRE(world.transitions.size() == 1);
  CHECK(world.transitions[0].subject == "region:r02");
  CHECK(world.transitions[0].alert_id == "blind");
  CHECK(world.transitions[0].phase == AlertPhase::fires);
}

TEST_CASE("one page per blind region, however many checks fail there", "[fleet]") {
  FleetWorld world;
  world.all_pass();
  for (int round = 0; round < 5; ++round)
    for (int check = 1; check <= 6; ++check) world.run(check, 2, false);
  CHECK(world.transitions.size() == 1);
}

TEST_CASE("a target that is down everywhere makes no region blind", "[fleet]") {
  FleetWorld world;
  world.all_pass();
  for (int check = 1; check <= 6; ++check)
    for (int region = 1; region <= 6; ++region) world.run(check, region, false);
  CHECK(world.sights.empty());
}

TEST_CASE("an answer that is wrong shows that the network works", "[fleet]") {
  FleetWorld world;
  world.all_pass();
  for (int check = 1; check <= 6; ++check) world.run(check, 2, false, 500);
  CHECK(world.sights.empty());
}

TEST_CASE("one edge that fails under many checks is the edge, not the region", "[fleet]") {
  FleetWorld world;
  world.all_pass();
  for (int check = 1; check <= 6; ++check) world.run(check, 2, false, 0, "192.0.2.7");
  CHECK(world.sights.empty());
}

TEST_CASE("a fifth of answers keeps a region seeing", "[fleet]") {
  FleetWorld world;
  world.all_pass();
  world.run(1, 2, false);
  world.run(2, 2, false);
  world.run(4, 2, true);
  world.run(3, 2, false);  // three of four
  CHECK(world.sights.empty());
  world.run(5, 2, false);  // four of five
  CHECK(world.sights.size() == 1);
}

TEST_CASE("less than three checks never make a region blind", "[fleet]") {
  FleetWorld world{2};
  world.all_pass();
  for (int round = 0; round < 3; ++round)
    for (int check = 1; check <= 2; ++check) world.run(check, 2, false);
  CHECK(world.sights.empty());
}

TEST_CASE("a blind region sees again when half of its checks are answered", "[fleet]") {
  FleetWorld world;
  world.all_pass();
  for (int check = 1; check <= 6; ++check) world.run(check, 2, false);
  REQUIRE(world.fleet.blind(world.regions[1]));
  const WallTime opened = world.transitions[0].opening_round;
  world.run(1, 2, true);
  world.run(2, 2, true);
  CHECK(world.fleet.blind(world.regions[1]));
  world.run(3, 2, true);
  CHECK_FALSE(world.fleet.blind(world.regions[1]));
  REQUIRE(world.transitions.size() == 2);
  CHECK(world.transitions[1].phase == AlertPhase::clears);
  CHECK(world.transitions[1].opening_round == opened);
}

TEST_CASE("late runs and those of unknown checks say nothing of a region", "[fleet]") {
  FleetWorld world;
  world.all_pass();
  for (int check = 1; check <= 6; ++check) {
    test::RunSpec spec{.verdict = RunVerdict::fail, .status = 0};
    RunReceived late{test::make_run(world.checks[static_cast<std::size_t>(check - 1)],
                                    world.regions[1], world.now, spec),
                     "a"};
    late.late = true;
    world.apply(late);
    late.late = false;
    late.run.key.check = CheckName{"stranger"};
    world.apply(late);
  }
  CHECK(world.sights.empty());
}

TEST_CASE("a region without agents is one page until it is back for ten minutes", "[fleet]") {
  FleetWorld world;
  world.apply(RegionLiveness{world.regions[0], false});
  REQUIRE(world.transitions.size() == 1);
  CHECK(world.transitions[0].alert_id == "offline");
  CHECK(world.transitions[0].severity == Severity::error);
  const WallTime opened = world.transitions[0].opening_round;
  world.now = world.now + minutes{5};
  world.apply(RegionLiveness{world.regions[0], true});
  CHECK(world.fleet.online(world.regions[0]));
  world.now = world.now + minutes{5};
  world.apply(RegionLiveness{world.regions[0], false});  // not for good: no second page
  world.apply(RegionLiveness{world.regions[0], true});
  const WallTime back = world.now;
  CHECK(world.fleet.next_due() == back + minutes{10});
  world.keep(world.fleet.advance(back + minutes{9}));
  CHECK(world.transitions.size() == 1);
  world.keep(world.fleet.advance(back + minutes{11}));
  REQUIRE(world.transitions.size() == 2);
  CHECK(world.transitions[1].phase == AlertPhase::clears);
  CHECK(world.transitions[1].at == back + minutes{10});
  CHECK(world.transitions[1].opening_round == opened);
  CHECK_FALSE(world.fleet.next_due().has_value());
}

TEST_CASE("an announced drain ends no page about a region by its silence", "[fleet]") {
  FleetWorld world;
  const RegionName region = world.regions[0];
  world.apply(RegionLiveness{region, false});
  const WallTime opened = world.transitions.at(0).opening_round;
  const auto wait = [&](Millis span) {
    world.now = world.now + span;
    world.keep(world.fleet.advance(world.now));
  };
  world.apply(RegionLiveness{region, true});
  wait(minutes{3});
  world.apply(RegionLiveness{region, true, world.now + minutes{10}});
  wait(minutes{10});
  CHECK(world.transitions.size() == 1);
  world.apply(RegionLiveness{region, false, {}});  // it has not come back
  wait(minutes{20});
  CHECK(world.transitions.size() == 1);

  // Back, and away with a word again for a while: ten minutes count from its return.
  world.apply(RegionLiveness{region, true});
  world.apply(RegionLiveness{region, true, world.now + minutes{10}});
  FleetSight restored;
  REQUIRE(restored.restore(world.fleet.snapshot()).has_value());
  world.fleet = std::move(restored);
  wait(minutes{8});
  world.apply(RegionLiveness{region, true, {}});
  wait(minutes{9});
  CHECK(world.transitions.size() == 1);
  CHECK(world.fleet.next_due() == world.now + minutes{1});
  wait(minutes{1});
  REQUIRE(world.transitions.size() == 2);
  CHECK(world.transitions[1].phase == AlertPhase::clears);
  CHECK(world.transitions[1].opening_round == opened);
}

TEST_CASE("what was told of a region that is no more ends, and nothing is left of it", "[fleet]") {
  FleetWorld world;
  world.all_pass();
  const RegionName gone = world.regions[1];
  for (int check = 1; check <= 4; ++check) world.run(check, 2, false);
  REQUIRE(world.fleet.blind(gone));
  world.apply(RegionLiveness{gone, false});
  const std::size_t told = world.transitions.size();
  REQUIRE(told == 2);
  const RegionLiveness removed{gone, true, {}, true};
  world.apply(removed);
  REQUIRE(world.transitions.size() == told + 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const FleetTransition& fired = world.transitions[i];
    const FleetTransition& cleared = world.transitions[told + i];
    CHECK(cleared.phase == AlertPhase::clears);
    CHECK(cleared.alert_id == fired.alert_id);
    CHECK(cleared.opening_round == fired.opening_round);
  }
  CHECK(world.fleet.snapshot().find("\xa3" + gone.value) == std::string::npos);
  CHECK_FALSE(world.fleet.regions().contains(gone));
  world.apply(removed);
  CHECK(world.transitions.size() == told + 2);
  world.apply(RegionLiveness{gone, false});  // a new one of that name
  CHECK(world.transitions.size() == told + 3);
}

TEST_CASE("the fleet's state survives a restart", "[fleet]") {
  FleetWorld world;
  world.all_pass();
  world.run(1, 2, false);
  world.run(2, 2, false);
  world.apply(RegionLiveness{world.regions[4], false});
  const std::string before = world.fleet.snapshot();
  FleetSight restored;
  REQUIRE(restored.restore(before).has_value());
  CHECK(restored.snapshot() == before);
  CHECK_FALSE(restored.online(world.regions[4]));
  world.fleet = std::move(restored);
  world.run(3, 2, false);
  CHECK(world.fleet.blind(world.regions[1]));
}

TEST_CASE("what is no snapshot of the fleet changes nothing", "[fleet]") {
  FleetWorld world;
  world.apply(RegionLiveness{world.regions[4], false});
  const std::string before = world.fleet.snapshot();
  for (const std::string& bad :
       {std::string{}, std::string{"rubbish"}, before.substr(0, before.size() / 2)})
    CHECK(world.fleet.restore(bad).error().code == ErrorCode::corrupt);
  CHECK(world.fleet.snapshot() == before);
}
