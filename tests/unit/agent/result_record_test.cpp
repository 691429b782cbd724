#include "agent/result_record.h"

#include <catch2/catch.hpp>

#include "tests/support/model_generator.h"

using namespace picket;

namespace {

RunResult with_evidence(const std::string& body) {
  test::ModelGenerator generate{Random{1}};
  RunResult run = generate.run();
  RequestResult request;
  request.evidence = RequestEvidence{};
  request.evidence->body_start = body;
  StepResult step;
  step.name = "http";
  step.requests.push_back(request);
  run.attempts[0].steps.push_back(step);
  return run;
}

}  // namespace

TEST_CASE("a result that fits is sent as it is", "[agent]") {
  test::ModelGenerator generate{Random{2}};
  for (int i = 0; i < 200; ++i) {
    const RunResult run = generate.run();
    const auto record = agent::make_record(run);
    const auto decoded = wire::decode(record.run(), run.key.region);
    REQUIRE(decoded.has_value());
    CHECK(*decoded == run);
  }
}

TEST_CASE("evidence that breaks the contract is left out, the rest is sent", "[agent]") {
  const auto body = GENERATE(std::string("\xff\xfe"), std::string(600'000, 'x'));
  const RunResult run = with_evidence(body);
  const auto record = agent::make_record(run);
  const auto decoded = wire::decode(record.run(), run.key.region);
  REQUIRE(decoded.has_value());
  CHECK(decoded->verdict == run.verdict);
  CHECK(decoded->attempts.size() == run.attempts.size());
  CHECK_FALSE(decoded->attempts[0].steps.back().requests[0].evidence.has_value());
}

TEST_CASE("a result that cannot be sent becomes an unknown run with the reason", "[agent]") {
  RunResult run = with_evidence("");
  run.attempts[0].steps.back().name.clear();
  const auto record = agent::make_record(run);
  const auto decoded = wire::decode(record.run(), run.key.region);
  REQUIRE(decoded.has_value());
  CHECK(decoded->key == run.key);
  CHECK(decoded->verdict == RunVerdict::unknown);
  const Failure& failure = decoded->attempts[0].steps[0].failures[0];
  CHECK(failure.kind == FailureKind::internal);
  CHECK(failure.message.find(".name") != std::string::npos);
}
