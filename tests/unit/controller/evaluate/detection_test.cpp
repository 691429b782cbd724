// The bounds of detection and recovery, in virtual time: twelve regions at five minutes, faults
// at random instants.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>

#include "tests/support/detection_world.h"
#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;
using picket::test::DetectionWorld;
using picket::test::Fault;
using picket::test::FleetModel;

namespace {

constexpr Millis kNever{hours{100}};

struct Spread {
  std::vector<Millis> values;

  void add(std::optional<Millis> value) { values.push_back(value.value_or(kNever)); }
  Millis at(double share) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
  }
  Millis median() { return at(0.5); }
  Millis worst() { return at(1.0); }
  std::string render() {
    return fmt::format("median {:.1f} s, p99 {:.1f} s, worst {:.1f} s",
                       static_cast<double>(median().count()) / 1e3,
                       static_cast<double>(at(0.99).count()) / 1e3,
                       static_cast<double>(worst().count()) / 1e3);
  }
};

struct Case {
  FleetModel model;
  std::vector<int> regions;  // that see the fault; empty: all
  std::string alert{"down"};
  Millis shortest{minutes{2}};  // of the fault
  Millis longest{minutes{20}};
  int faults{500};
};

struct Outcome {
  Spread detection;
  Spread recovery;
  int wrong{0};  // the other alert fired
};

// A fifth of them, unless PICKET_TEST_LONG asks for all: sanitizers make this slow.
int sample(int all) { return std::getenv("PICKET_TEST_LONG") != nullptr ? all : all / 5; }

Outcome run_faults(const Case& c) {
  Outcome outcome;
  Random random{4711};
  for (int i = 0; i < sample(c.faults); ++i) {
    DetectionWorld world{test::make_check(fmt::format("check-{}", i)), c.model, random.next()};
    const WallTime from = world.now() + minutes{6} + random.between(Millis{0}, minutes{5});
    Fault fault{from, from + random.between(c.shortest, c.longest), {}};
    for (const int number : c.regions)
      fault.regions.insert(world.regions[static_cast<std::size_t>(number)]);
    world.run_until(from);
    world.fault = fault;
    world.run_until(fault.until + minutes{15});
    const auto since = [](std::optional<WallTime> at, WallTime start) {
      return at ? std::optional<Millis>{*at - start} : std::nullopt;
    };
    outcome.detection.add(since(world.first(c.alert, AlertPhase::fires), fault.from));
    outcome.recovery.add(since(world.first(c.alert, AlertPhase::clears), fault.until));
    outcome.wrong += world.count(c.alert == "down" ? "regional" : "down", AlertPhase::fires);
    outcome.wrong += world.count(c.alert, AlertPhase::fires) - 1;
  }
  return outcome;
}

void tell(const char* what, Outcome& outcome) {
  std::printf("%s: detection %s; recovery %s\n", what, outcome.detection.render().c_str(),
              outcome.recovery.render().c_str());
}

}  // namespace

TEST_CASE("a fast global fault is paged within 35 s, in the median within 20 s", "[detection]") {
  Outcome outcome = run_faults({});
  tell("fast global fault", outcome);
  CHECK(outcome.detection.median() <= Seconds{20});
  CHECK(outcome.detection.worst() <= Seconds{35});
  CHECK(outcome.recovery.worst() <= Seconds{90});
  CHECK(outcome.wrong == 0);
}

TEST_CASE("the bounds hold when one order in a hundred is lost", "[detection]") {
  Outcome outcome = run_faults({.model = {.order_loss = 0.01}});
  tell("fast global fault, 1 % of orders lost", outcome);
  CHECK(outcome.detection.median() <= Seconds{20});
  CHECK(outcome.detection.worst() <= Seconds{35});
  CHECK(outcome.recovery.worst() <= Seconds{90});
  CHECK(outcome.wrong == 0);
}

TEST_CASE("a global fault that hangs is paged two attempt timeouts later", "[detection]") {
  Outcome outcome = run_faults({.model = {.hangs = true}, .shortest = minutes{5}});
  tell("hanging global fault", outcome);
  CHECK(outcome.detection.median() <= Seconds{20 + 60});
  CHECK(outcome.detection.worst() <= Seconds{35 + 60});
  CHECK(outcome.wrong == 0);
}

TEST_CASE("a fault of two opposite regions is regional within five minutes", "[detection]") {
  Outcome outcome = run_faults({.regions = {2, 8}, .alert = "regional", .shortest = minutes{8}});
  tell("two opposite regions", outcome);
  CHECK(outcome.detection.worst() <= minutes{5});
  CHECK(outcome.wrong == 0);
}

TEST_CASE("a fault of a single region is regional within seven and a half minutes", "[detection]") {
  Outcome outcome = run_faults({.regions = {5}, .alert = "regional", .shortest = minutes{8}});
  tell("single region", outcome);
  CHECK(outcome.detection.worst() <= Millis{450'000});
  CHECK(outcome.wrong == 0);
}

TEST_CASE("a recovery after hours is found as fast, within the budget", "[detection]") {
  Outcome outcome = run_faults({.shortest = minutes{60}, .longest = minutes{180}, .faults = 100});
  tell("long global fault", outcome);
  CHECK(outcome.recovery.worst() <= Seconds{90});
  CHECK(outcome.wrong == 0);
}
