#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "common/wire/wire.h"
#include "tests/support/model_generator.h"

using namespace picket;

namespace {

v1::Check valid_message() {
  Check check;
  check.name = CheckName{"shop"};
  Step step;
  step.name = "http";
  step.action = HttpAction{};
  std::get<HttpAction>(step.action).url = "https://shop.example/";
  Expectation expectation;
  expectation.matchers.push_back({MatchOp::lt, std::int64_t{300}, {}, {}, {}});
  expectation.status.push_back({200, 299});
  step.expect.push_back(expectation);
  step.captures.push_back({"token", CaptureSource::header, "x-token", std::nullopt, {}});
  check.steps.push_back(step);
  Alert alert;
  alert.id = "down";
  check.alerts.push_back(alert);
  return wire::encode(check);
}

struct BadCheck {
  std::string field;  // that the message must name
  std::function<void(v1::Check&)> spoil;
};

v1::Matcher nested_matcher(int depth) {
  v1::Matcher out;
  out.set_op("count");
  if (depth > 0) *out.add_nested() = nested_matcher(depth - 1);
  return out;
}

const std::vector<BadCheck> kBadRules{
    {"check.name: missing", [](v1::Check& m) { m.clear_name(); }},
    {"check.name: control", [](v1::Check& m) { m.set_name("a\nb"); }},
    {"check.name: 300 bytes", [](v1::Check& m) { m.set_name(std::string(300, 'a')); }},
    {"check.title: not valid UTF-8", [](v1::Check& m) { m.set_title("\xff"); }},
    {"check.interval_ms", [](v1::Check& m) { m.set_interval_ms(0); }},
    {"check.timeout_ms", [](v1::Check& m) { m.set_timeout_ms(-5); }},
    {"check.retries", [](v1::Check& m) { m.set_retries(-1); }},
    {"check.failing_y",
     [](v1::Check& m) {
       m.set_failing_x(3);
       m.set_failing_y(2);
     }},
    {"check.quorum.kind", [](v1::Check& m) { m.mutable_quorum()->set_kind(6); }},
};

const std::vector<BadCheck> kBadSteps{
    {"check.steps: missing", [](v1::Check& m) { m.clear_steps(); }},
    {"check.steps: 257",
     [](v1::Check& m) {
       for (int i = 0; i < 256; ++i) *m.add_steps() = m.steps(0);
     }},
    {"check.steps[0].action", [](v1::Check& m) { m.mutable_steps(0)->clear_action(); }},
    {"check.steps[0].timeout_ms", [](v1::Check& m) { m.mutable_steps(0)->set_timeout_ms(0); }},
    {"check.steps[0].http.url",
     [](v1::Check& m) { m.mutable_steps(0)->mutable_http()->clear_url(); }},
    {"check.steps[0].http.body_kind",
     [](v1::Check& m) { m.mutable_steps(0)->mutable_http()->set_body_kind(6); }},
    {"check.steps[0].http.http_version: unknown word \"3\"",
     [](v1::Check& m) { m.mutable_steps(0)->mutable_http()->set_http_version("3"); }},
    {"check.steps[0].expect[0].subject: unknown word \"lcp\"",
     [](v1::Check& m) { m.mutable_steps(0)->mutable_expect(0)->set_subject("lcp"); }},
    {"check.steps[0].expect[0].status[0].high",
     [](v1::Check& m) { m.mutable_steps(0)->mutable_expect(0)->mutable_status(0)->set_high(100); }},
    {"check.steps[0].expect[0].matchers[0].op: unknown word \"almost\"",
     [](v1::Check& m) {
       m.mutable_steps(0)->mutable_expect(0)->mutable_matchers(0)->set_op("almost");
     }},
    {"check.steps[0].expect[0].matchers[0].operand.number",
     [](v1::Check& m) {
       m.mutable_steps(0)->mutable_expect(0)->mutable_matchers(0)->mutable_operand()->set_number(
           std::nan(""));
     }},
    {"nested too deeply",
     [](v1::Check& m) {
       *m.mutable_steps(0)->mutable_expect(0)->mutable_matchers(0) = nested_matcher(20);
     }},
    {"check.steps[0].captures[0].source",
     [](v1::Check& m) { m.mutable_steps(0)->mutable_captures(0)->set_source("smell"); }},
    {"check.alerts[0].condition",
     [](v1::Check& m) { m.mutable_alerts(0)->set_condition("raining"); }},
    {"check.alerts[0].threshold",
     [](v1::Check& m) { m.mutable_alerts(0)->set_condition("threshold"); }},
    {"check.slo.objective", [](v1::Check& m) { m.mutable_slo()->set_objective(100); }},
    {"check.maintenance[0].start_minute",
     [](v1::Check& m) { m.add_maintenance()->set_start_minute(1'440); }},
    {"check.alerts[0].severity", [](v1::Check& m) { m.mutable_alerts(0)->set_severity("page"); }},
    {"check.paused.until_unix_ms", [](v1::Check& m) { m.mutable_paused()->set_until_unix_ms(-1); }},
    {"check.labels: not ordered by name",
     [](v1::Check& m) {
       m.add_labels()->set_name("b");
       m.add_labels()->set_name("a");
     }},
};

}  // namespace

TEST_CASE("a check survives the way through its message", "[wire]") {
  test::ModelGenerator generate{Random{2026}};
  for (int i = 0; i < 2'000; ++i) {
    const Check check = generate.check();
    v1::Check parsed;
    REQUIRE(parsed.ParseFromString(wire::serialize(wire::encode(check))));
    const auto decoded = wire::decode(parsed);
    INFO("round " << i << (decoded ? "" : " " + decoded.error().message));
    REQUIRE(decoded.has_value());
    REQUIRE(*decoded == check);
  }
}

TEST_CASE("a valid check message is accepted before it is spoiled", "[wire]") {
  const auto decoded = wire::decode(valid_message());
  INFO((decoded ? "" : decoded.error().message));
  CHECK(decoded.has_value());
}

TEST_CASE("what does not follow the contract is refused with the field's name", "[wire]") {
  const bool of_steps = GENERATE(false, true);
  const auto bad = GENERATE_REF(from_range(of_steps ? kBadSteps : kBadRules));
  auto message = valid_message();
  bad.spoil(message);
  const auto decoded = wire::decode(message);
  INFO(bad.field);
  REQUIRE_FALSE(decoded.has_value());
  CHECK(decoded.error().code == ErrorCode::protocol);
  INFO(decoded.error().message);
  CHECK(decoded.error().message.find(bad.field) != std::string::npos);
}

TEST_CASE("checks that differ in source positions only have one revision", "[wire]") {
  test::ModelGenerator generate{Random{7}};
  for (int i = 0; i < 200; ++i) {
    Check check = generate.check();
    Check moved = check;
    moved.at = {"elsewhere.check.yaml", 99, 3};
    for (auto& step : moved.steps) {
      step.at.line += 10;
      for (auto& expectation : step.expect) {
        expectation.at.line += 10;
        for (auto& matcher : expectation.matchers) matcher.at.line += 10;
      }
      for (auto& capture : step.captures) capture.at.line += 10;
    }
    for (auto& alert : moved.alerts) alert.at.line += 10;
    CHECK(wire::revision_of(check) == wire::revision_of(moved));
    moved.interval += Millis{1};
    CHECK(wire::revision_of(check) != wire::revision_of(moved));
  }
}

TEST_CASE("the digest of a desired state ignores itself and sees everything else", "[wire]") {
  v1::DesiredState state;
  state.set_generation(4);
  auto& assigned = *state.add_checks();
  *assigned.mutable_check() = valid_message();
  assigned.set_phase_ms(1'500);
  const std::string digest = wire::digest_of(state);
  CHECK(digest.size() == 64);
  state.set_digest(digest);
  CHECK(wire::digest_of(state) == digest);
  state.mutable_checks(0)->set_phase_ms(1'501);
  CHECK(wire::digest_of(state) != digest);
}
