#include "common/model/run.h"

#include <catch2/catch.hpp>

using namespace picket;

namespace {

StepResult failed_step(std::string name, std::string message, int status) {
  StepResult step;
  step.name = std::move(name);
  step.status = StepStatus::failed;
  step.failures.push_back({FailureKind::http_status, std::move(message), {"a.check.yaml", 3, 5}});
  RequestResult first;
  first.status = 302;
  RequestResult last;
  last.status = status;
  last.pop = "FRA";
  last.remote_address = "203.0.113.7:443";
  step.requests = {first, last};
  return step;
}

}  // namespace

TEST_CASE("kinds and verdicts are read back from their names", "[run]") {
  for (const char* name : {"scheduled", "confirmation", "recheck", "manual"})
    CHECK(to_string(parse_run_kind(name).value()) == name);
  for (const char* name : {"pass", "pass_on_retry", "degraded", "fail", "unknown"})
    CHECK(to_string(parse_run_verdict(name).value()) == name);
  CHECK_FALSE(parse_run_kind("retry").has_value());
  CHECK_FALSE(parse_run_verdict("down").has_value());
}

TEST_CASE("a run is named by its key", "[run]") {
  const RunKey key{CheckName{"shop-login"}, RegionName{"eu-west-1"},
                   WallTime::from_unix_ms(1'795'314'000'000), RunKind::recheck, 2};
  CHECK(render(key) == "shop-login/eu-west-1/2026-11-22T02:20:00.000Z/recheck/2");
}

TEST_CASE("the summary names the first failed step of the last attempt", "[run]") {
  RunResult result;
  CHECK_FALSE(summarize_failure(result).has_value());
  Attempt first;
  first.steps = {failed_step("one", "first", 500)};
  Attempt last;
  StepResult fine;
  fine.name = "one";
  last.steps = {fine, failed_step("two", "second", 502), failed_step("three", "third", 503)};
  result.attempts = {first, last};
  const auto summary = summarize_failure(result);
  REQUIRE(summary.has_value());
  CHECK(summary->step == "two");
  CHECK(summary->message == "second");
  CHECK(summary->status == 502);
  CHECK(summary->pop == "FRA");
  CHECK(summary->at.line == 3);
}

TEST_CASE("a retry that could not measure does not hide the measured failure", "[run]") {
  RunResult result;
  Attempt first;
  first.verdict = RunVerdict::fail;
  first.steps = {failed_step("pay", "HTTP 500", 500)};
  Attempt last;
  last.verdict = RunVerdict::unknown;
  last.steps = {failed_step("home", "no network", 0)};
  result.attempts = {first, last};
  CHECK(summarize_failure(result)->step == "pay");
}

TEST_CASE("a run without failures has no summary", "[run]") {
  RunResult result;
  Attempt attempt;
  attempt.steps.resize(2);
  result.attempts = {attempt};
  CHECK_FALSE(summarize_failure(result).has_value());
}
