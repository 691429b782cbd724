#include "controller/health/health_judge.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kStart = WallTime::from_unix_ms(1'800'000'000'000);

Finding disk(std::string_view level) {
  return {"disk", level, Seconds{60}, "the disk: " + std::string{level}};
}

// Judges every 10 s from `from` to `until`, both in seconds; what was told as "60 fires ID".
struct Bench {
  HealthJudge judge;
  std::vector<std::string> told;
  std::vector<FleetTransition> transitions;

  void run(int from, int until, const std::vector<Finding>& found) {
    for (int now = from; now <= until; now += 10)
      for (FleetTransition& t : judge.judge(found, kStart + Seconds{now})) {
        told.push_back(std::to_string(now) + " " + std::string{to_string(t.phase)} + " " +
                       t.alert_id);
        CHECK(t.subject == "controller");
        transitions.push_back(std::move(t));
      }
  }
};

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("an incident opens when it has held and clears when it has been good", "[health]") {
  Bench bench;
  bench.run(0, 50, {disk("warning")});
  bench.run(60, 70, {});  // a moment of good begins the hold anew
  bench.run(80, 140, {disk("warning")});
  CHECK(bench.told == Told{"140 fires disk.warning"});
  bench.run(150, 440, {});
  bench.run(450, 460, {disk("warning")});  // and a moment of bad the calm
  bench.run(470, 760, {});
  CHECK(bench.told.size() == 1);
  bench.run(770, 800, {});
  CHECK(bench.told == Told{"140 fires disk.warning", "770 clears disk.warning"});
  CHECK(bench.transitions[1].opening_round == bench.transitions[0].opening_round);
  CHECK(bench.transitions[0].severity == Severity::warning);
}

TEST_CASE("a worse level is told before the lesser ends, so that always one is open", "[health]") {
  Bench bench;
  bench.run(0, 60, {disk("warning")});
  bench.run(70, 130, {disk("error")});
  CHECK(bench.told ==
        Told{"60 fires disk.warning", "130 fires disk.error", "130 clears disk.warning"});
  CHECK_THAT(bench.transitions[2].reason, Catch::Contains("by now: the disk: error"));
  CHECK(bench.judge.titles() == Told{"the disk: error"});
  bench.run(140, 440, {disk("warning")});
  CHECK(bench.told.size() == 5);
  CHECK(bench.told[3] == "440 fires disk.warning");
  CHECK(bench.told[4] == "440 clears disk.error");
}

TEST_CASE("what goes straight to the worst opens there once", "[health]") {
  Bench bench;
  bench.run(0, 40, {disk("warning")});
  bench.run(50, 200, {disk("error")});
  CHECK(bench.told == Told{"60 fires disk.error"});
}

TEST_CASE("causes are independent and told in their order", "[health]") {
  Bench bench;
  bench.run(0, 60, {disk("error"), {"clock-agents", "warning", Millis{0}, "clocks"}});
  CHECK(bench.told == Told{"0 fires clock-agents.warning", "60 fires disk.error"});
  CHECK(bench.judge.open().size() == 2);
}

TEST_CASE("a restart neither repeats nor forgets", "[health]") {
  IncidentRow row;
  row.subject = "controller";
  row.alert_id = "disk.warning";
  row.severity = Severity::warning;
  row.opening_round = kStart - hours{1};
  row.title = "the disk: warning";
  IncidentRow other = row;
  other.subject = "region:eu-west-1";
  other.alert_id = "offline";
  SECTION("it still holds") {
    Bench bench;
    bench.judge.restore({row, other});
    bench.run(0, 600, {disk("warning")});
    CHECK(bench.told.empty());
    CHECK(bench.judge.titles() == Told{"the disk: warning"});
  }
  SECTION("it was mended meanwhile") {
    Bench bench;
    bench.judge.restore({row, other});
    bench.run(0, 600, {});
    CHECK(bench.told == Told{"300 clears disk.warning"});
    CHECK(bench.transitions[0].opening_round == row.opening_round);
  }
  SECTION("it is worse by now") {
    Bench bench;
    bench.judge.restore({row, other});
    bench.run(0, 60, {disk("error")});
    CHECK(bench.told == Told{"60 fires disk.error", "60 clears disk.warning"});
    CHECK(bench.transitions[1].opening_round == row.opening_round);
  }
}
