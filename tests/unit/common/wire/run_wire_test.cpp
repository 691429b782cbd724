#include <catch2/catch.hpp>
#include <functional>

#include "common/wire/wire.h"
#include "tests/support/model_generator.h"

using namespace picket;

namespace {

RunResult small_run() {
  RunResult run;
  run.key = {CheckName{"shop"}, RegionName{"eu-west-1"}, WallTime::from_unix_ms(1'800'000'000'000),
             RunKind::scheduled, 0};
  run.revision = Revision{std::string(64, 'a')};
  run.started = WallTime::from_unix_ms(1'800'000'000'150);
  run.verdict = RunVerdict::fail;
  Attempt attempt;
  attempt.verdict = RunVerdict::fail;
  StepResult step;
  step.name = "http";
  step.status = StepStatus::failed;
  step.requests.push_back({});
  step.failures.push_back({FailureKind::http_status, "wanted 200, got 500", {}});
  attempt.steps.push_back(step);
  run.attempts.push_back(attempt);
  return run;
}

struct BadRun {
  std::string field;
  std::function<void(v1::RunResult&)> spoil;
};

v1::StepResult& first_step(v1::RunResult& run) {
  return *run.mutable_attempts(0)->mutable_steps(0);
}

}  // namespace

TEST_CASE("a run survives the way through its message", "[wire]") {
  test::ModelGenerator generate{Random{11}};
  for (int i = 0; i < 2'000; ++i) {
    const RunResult run = generate.run();
    v1::RunResult parsed;
    REQUIRE(parsed.ParseFromString(wire::serialize(wire::encode(run))));
    const auto decoded = wire::decode(parsed, run.key.region);
    INFO("round " << i << (decoded ? "" : " " + decoded.error().message));
    REQUIRE(decoded.has_value());
    REQUIRE(*decoded == run);
  }
}

TEST_CASE("failed attempts and missed slots survive the way through their messages", "[wire]") {
  test::ModelGenerator generate{Random{12}};
  for (int i = 0; i < 1'000; ++i) {
    const AttemptFailed attempt = generate.attempt_failed();
    const auto decoded = wire::decode(wire::encode(attempt), attempt.key.region);
    REQUIRE(decoded.has_value());
    REQUIRE(*decoded == attempt);
    const MissedSlot missed = generate.missed();
    const auto slot = wire::decode(wire::encode(missed));
    REQUIRE(slot.has_value());
    REQUIRE(*slot == missed);
  }
}

TEST_CASE("the region of a run comes from the certificate, not from the message", "[wire]") {
  const auto decoded = wire::decode(wire::encode(small_run()), RegionName{"us-east-1"});
  REQUIRE(decoded.has_value());
  CHECK(decoded->key.region == RegionName{"us-east-1"});
}

TEST_CASE("a run that does not follow the contract is refused with the field's name", "[wire]") {
  const auto bad = GENERATE(values<BadRun>({
      {"run.key.check", [](v1::RunResult& m) { m.mutable_key()->clear_check(); }},
      {"run.key.round_unix_ms", [](v1::RunResult& m) { m.mutable_key()->set_round_unix_ms(-1); }},
      {"run.key.kind: unknown word \"guess\"",
       [](v1::RunResult& m) { m.mutable_key()->set_kind("guess"); }},
      {"run.key.check: missing", [](v1::RunResult& m) { m.clear_key(); }},
      {"run.revision", [](v1::RunResult& m) { m.set_revision("latest"); }},
      {"run.started_unix_ms", [](v1::RunResult& m) { m.set_started_unix_ms(1LL << 60); }},
      {"run.lateness_ms", [](v1::RunResult& m) { m.set_lateness_ms(-1); }},
      {"run.duration_ns", [](v1::RunResult& m) { m.set_duration_ns(-1); }},
      {"run.verdict: unknown word \"maybe\"", [](v1::RunResult& m) { m.set_verdict("maybe"); }},
      {"run.attempts: missing", [](v1::RunResult& m) { m.clear_attempts(); }},
      {"run.trace_id", [](v1::RunResult& m) { m.set_trace_id("XYZ"); }},
      {"run.attempts[0].steps[0].name", [](v1::RunResult& m) { first_step(m).clear_name(); }},
      {"run.attempts[0].steps[0].status", [](v1::RunResult& m) { first_step(m).set_status(9); }},
      {"run.attempts[0].steps[0].failures[0].kind: unknown word",
       [](v1::RunResult& m) { first_step(m).mutable_failures(0)->set_kind("bad_luck"); }},
      {"run.attempts[0].steps[0].requests[0].status",
       [](v1::RunResult& m) { first_step(m).mutable_requests(0)->set_status(-1); }},
      {"run.attempts[0].steps[0].requests[0].phases.dns_ns",
       [](v1::RunResult& m) {
         first_step(m).mutable_requests(0)->mutable_phases()->set_dns_ns(-1);
       }},
      {"run.attempts[0].steps[0].requests[0].evidence.body_start: not valid UTF-8",
       [](v1::RunResult& m) {
         first_step(m).mutable_requests(0)->mutable_evidence()->set_body_start("\xc3\x28");
       }},
      {"run.attempts[0].steps[0].requests[0].evidence.body_start: 70000 bytes",
       [](v1::RunResult& m) {
         first_step(m).mutable_requests(0)->mutable_evidence()->set_body_start(
             std::string(70'000, 'x'));
       }},
  }));
  auto message = wire::encode(small_run());
  bad.spoil(message);
  const auto decoded = wire::decode(message, RegionName{"eu-west-1"});
  INFO(bad.field);
  REQUIRE_FALSE(decoded.has_value());
  CHECK(decoded.error().code == ErrorCode::protocol);
  INFO(decoded.error().message);
  CHECK(decoded.error().message.find(bad.field) != std::string::npos);
}

TEST_CASE("a missed slot with an unknown reason is refused", "[wire]") {
  v1::MissedSlot message;
  message.set_check("shop");
  message.set_reason(4);
  const auto decoded = wire::decode(message);
  REQUIRE_FALSE(decoded.has_value());
  CHECK(decoded.error().message.find("missed.reason") != std::string::npos);
}
