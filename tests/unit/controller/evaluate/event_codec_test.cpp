#include "controller/evaluate/event_codec.h"

#include <catch2/catch.hpp>

#include "common/wire/wire.h"
#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kNow = WallTime::from_unix_ms(1'795'314'600'123);

Event again(const Event& event) {
  const auto decoded = decode(encode(event));
  REQUIRE(decoded.has_value());
  CHECK(decoded->seq == event.seq);
  CHECK(decoded->at == event.at);
  CHECK(decoded->what.index() == event.what.index());
  CHECK(wire::serialize(encode(*decoded)) == wire::serialize(encode(event)));
  return *decoded;
}

}  // namespace

TEST_CASE("every kind of event survives the log", "[codec]") {
  const Check check = test::make_check();
  const RegionName region{"r01"};
  const std::string revision(64, 'b');
  RunReceived run{test::make_run(check, region, kNow, {.verdict = RunVerdict::fail}), "agent-7"};
  run.late = true;
  const auto run_back = std::get<RunReceived>(again({1, kNow, run}).what);
  CHECK(run_back.run == run.run);
  CHECK(run_back.agent == "agent-7");
  CHECK(run_back.late);
  CHECK_FALSE(run_back.superseded);

  AttemptFailed attempt{.key = run.run.key, .revision = Revision{revision}, .at = kNow};
  attempt.failure.step = "log in";
  const auto attempt_back =
      std::get<AttemptFailedReceived>(again({2, kNow, AttemptFailedReceived{attempt, "a"}}).what);
  CHECK(attempt_back.attempt == attempt);

  const MissedReceived missed{{check.name, run.run.key.round, MissReason::clock}, region, "a"};
  const auto missed_back = std::get<MissedReceived>(again({3, kNow, missed}).what);
  CHECK(missed_back.missed == missed.missed);
  CHECK(missed_back.region == region);

  const CheckDefined defined{check, Revision{revision}, test::make_regions(3)};
  const auto defined_back = std::get<CheckDefined>(again({4, kNow, defined}).what);
  CHECK(defined_back.check == check);
  CHECK(defined_back.regions == defined.regions);

  again({5, kNow, CheckRemoved{check.name}});
  const auto liveness = again({6, kNow, RegionLiveness{region, false, kNow + minutes{10}}});
  CHECK_FALSE(std::get<RegionLiveness>(liveness.what).online);
  CHECK(std::get<RegionLiveness>(liveness.what).drains_until == kNow + minutes{10});
  CHECK_FALSE(std::get<RegionLiveness>(liveness.what).removed);
  const auto removed = again({6, kNow, RegionLiveness{region, true, {}, true}});
  CHECK(std::get<RegionLiveness>(removed.what).removed);
  CHECK(std::get<RegionSight>(again({7, kNow, RegionSight{region, true}}).what).blind);
  again({8, kNow, IncidentAcknowledged{IncidentId{"I"}, check.name, "anna"}});
  Silence silence{"s1", {{"owner", SilenceMatcher::Op::equals, "shop"}}, "anna", "known", kNow};
  silence.from = kNow;
  silence.until = kNow + hours{2};
  again({8, kNow, SilenceSet{silence}});
  again({8, kNow, SilenceEnded{"s1", "anna"}});
  again({8, kNow,
         IncidentResolved{IncidentId{"I"}, check.name, "anna", "restarted", "hold",
                          DedupKey{"picket:1"}}});
  again({8, kNow, IncidentNoted{IncidentId{"I"}, "anna", "looks like the PSP"}});
  again({8, kNow, DeploymentRecorded{"d1", "shop", "1.2.3", "payments", kNow}});
  again({9, kNow, TimePassed{check.name}});
  again({10, kNow, ControllerStarted{}});
}

TEST_CASE("labels of regions and events of agents survive the log", "[codec]") {
  const RegionName region{"r01"};
  CheckDefined labelled{test::make_check(), Revision{"1"}, test::make_regions(3)};
  labelled.providers[region] = "aws";
  labelled.networks[region] = "transit-a";
  const auto back = std::get<CheckDefined>(again({1, kNow, labelled}).what);
  CHECK(back.providers == labelled.providers);
  CHECK(back.networks == labelled.networks);
  const ControlReport report{kNow, {{"https://a.example/", false, "dns_timeout"}}};
  const auto control =
      std::get<ControlReceived>(again({2, kNow, ControlReceived{region, "a", report}}).what);
  CHECK(control.report == report);
  CHECK(control.agent == "a");
  const AgentLiveness gone{region, "a", false, true};
  const auto liveness = std::get<AgentLiveness>(again({3, kNow, gone}).what);
  CHECK_FALSE(liveness.online);
  CHECK(liveness.removed);
  CHECK(liveness.drains_until == WallTime{});
  const AgentLiveness going{region, "a", true, false, kNow + minutes{10}};
  CHECK(std::get<AgentLiveness>(again({3, kNow, going}).what).drains_until == kNow + minutes{10});
  CHECK(std::get<AgentSightChanged>(again({4, kNow, AgentSightChanged{region, "a", true}}).what)
            .blind);
}

TEST_CASE("a control report that breaks the contract is refused", "[codec]") {
  const auto refused = [](ControlReport report) {
    const Event event{1, kNow, ControlReceived{RegionName{"r01"}, "a", std::move(report)}};
    return !decode(encode(event)).has_value();
  };
  CHECK(refused({kNow, {}}));
  CHECK(refused({kNow, std::vector<ControlAnswer>(5, {"https://a.example/", true, ""})}));
  CHECK(refused({kNow, {{std::string(3000, 'a'), true, ""}}}));
  CHECK(refused({kNow, {{"", true, ""}}}));
}

TEST_CASE("an event of no known kind is refused", "[codec]") {
  v1::Event message;
  message.set_seq(7);
  CHECK(decode(message).error().code == ErrorCode::protocol);
}

TEST_CASE("an event whose content breaks the contract is refused with the field", "[codec]") {
  const Check check = test::make_check();
  Event event{1, kNow, RunReceived{test::make_run(check, RegionName{"r01"}, kNow, {}), "agent-7"}};
  v1::Event message = encode(event);
  message.mutable_run()->mutable_run()->set_verdict("marvellous");
  const auto refused = decode(message);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::protocol);
  CHECK(refused.error().message.find("verdict") != std::string::npos);
}

TEST_CASE("a snapshot that is none is refused and changes nothing", "[snapshot]") {
  test::EvaluationWorld world;
  world.warm_up();
  const std::string good = world.evaluator.snapshot(world.check.name);
  std::vector<std::string> bad{"", "rubbish", world.evaluator.snapshot_regions()};
  for (std::size_t size = 0; size < good.size(); size += 97) bad.push_back(good.substr(0, size));
  for (const std::string& blob : bad)
    CHECK(world.evaluator.restore(blob).error().code == ErrorCode::corrupt);
  CHECK(world.evaluator.restore_regions(good).error().code == ErrorCode::corrupt);
  CHECK(world.evaluator.snapshot(world.check.name) == good);
  CHECK(world.evaluator.snapshot(CheckName{"stranger"}).empty());
}

TEST_CASE("a snapshot with one byte damaged is refused", "[snapshot]") {
  test::EvaluationWorld world;
  world.warm_up();
  for (int i = 1; i <= 4; ++i) {
    test::RunSpec spec{.verdict = RunVerdict::fail, .kind = RunKind::recheck};
    world.run(world.region(i), spec);
  }
  const std::string good = world.evaluator.snapshot(world.check.name);
  for (std::size_t at = 0; at < good.size(); at += 3) {
    std::string damaged = good;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x15);
    Evaluator evaluator;
    CHECK(evaluator.restore(damaged).error().code == ErrorCode::corrupt);
  }
}
