#include "cli/render/run_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/render/run_json.h"

using namespace picket;
using namespace picket::cli;

namespace {

StepResult step(const std::string& name, StepStatus status, int http_status = 200) {
  StepResult made;
  made.name = name;
  made.status = status;
  made.duration = Millis{212};
  if (status == StepStatus::skipped) return made;
  RequestResult request;
  request.method = "GET";
  request.url = "https://shop.test/";
  request.status = http_status;
  request.phases = {Millis{3}, Millis{14}, Millis{31}, Millis{158}, Millis{6}};
  made.requests.push_back(request);
  return made;
}

RunResult result(RunVerdict verdict, std::vector<StepResult> steps) {
  RunResult made;
  made.key.check = CheckName{"shop-checkout"};
  made.key.region = RegionName{"local"};
  made.verdict = verdict;
  made.duration = Millis{1840};
  Attempt attempt;
  attempt.verdict = verdict;
  attempt.steps = std::move(steps);
  made.attempts.push_back(std::move(attempt));
  return made;
}

RunResult failed() {
  StepResult broken = step("add to basket", StepStatus::failed, 500);
  broken.failures.push_back({FailureKind::http_status,
                             "expect.status: wanted 201, got 500",
                             {"checks/checkout.check.yaml", 41, 11}});
  broken.requests[0].evidence = RequestEvidence{};
  broken.requests[0].evidence->body_start = "{\"error\":\n\"no stock\"}";
  broken.requests[0].evidence->curl = "curl https://shop.test/";
  return result(RunVerdict::fail, {step("open login page", StepStatus::passed), broken,
                                   step("pay", StepStatus::skipped)});
}

}  // namespace

TEST_CASE("a failed run is printed as the documentation shows it", "[run_text]") {
  CHECK(render_run_text(failed(), {}) ==
        "shop-checkout                                                    local, 1.84 s\n"
        "  ✓ open login page  GET 200   212 ms  "
        "dns 3 · tcp 14 · tls 31 · wait 158 · transfer 6\n"
        "  ✗ add to basket    GET 500   212 ms\n"
        "      expect.status: wanted 201, got 500\n"
        "        --> checks/checkout.check.yaml:41:11\n"
        "      body: {\"error\": \"no stock\"}\n"
        "  – pay              skipped\n");
}

TEST_CASE("without Unicode everything is ASCII, and colour is only where it is wanted",
          "[run_text]") {
  const std::string ascii = render_run_text(failed(), {.style = {.unicode = false}});
  for (const char c : ascii) CHECK(static_cast<unsigned char>(c) < 0x80);
  CHECK(ascii.find("  x add to basket") != std::string::npos);
  CHECK(ascii.find('\x1b') == std::string::npos);
  CHECK(render_run_text(failed(), {.style = {.color = true}}).find("\x1b[31m✗\x1b[0m") !=
        std::string::npos);
}

TEST_CASE("a pass on a retry shows what the first attempt found", "[run_text]") {
  RunResult retried = failed();
  retried.verdict = RunVerdict::pass_on_retry;
  retried.attempts.push_back(
      result(RunVerdict::pass, {step("open login page", StepStatus::passed)}).attempts[0]);
  const std::string text = render_run_text(retried, {});
  CHECK(text.find("passed on attempt 2") != std::string::npos);
  CHECK(text.find("  attempt 1 failed: step \"add to basket\": expect.status") !=
        std::string::npos);
}

TEST_CASE("verbose shows every hop and its command line", "[run_text]") {
  const std::string text = render_run_text(failed(), {.verbose = true});
  CHECK(text.find("> GET https://shop.test/\n") != std::string::npos);
  CHECK(text.find("500 Internal Server Error\n") != std::string::npos);
  CHECK(text.find("$ curl https://shop.test/") != std::string::npos);
}

TEST_CASE("a blocked address says how to allow it", "[run_text]") {
  StepResult blocked = step("http", StepStatus::failed, 0);
  blocked.failures.push_back({FailureKind::blocked_address, "127.0.0.1 is loopback", {}});
  CHECK(render_run_text(result(RunVerdict::fail, {blocked}), {}).find("--allow 127.0.0.1\n") !=
        std::string::npos);
  blocked.failures[0].message = "discovery: ::1 is loopback";
  CHECK_THAT(render_run_text(result(RunVerdict::fail, {blocked}), {}),
             Catch::Contains("--allow ::1\n"));
}

TEST_CASE("the last line counts what is not zero", "[run_text]") {
  const RunResult pass = result(RunVerdict::pass, {});
  CHECK(render_run_tally({pass, failed(), pass}, 0) == "1 failed, 2 passed\n");
  CHECK(render_run_tally({pass}, 2) == "1 passed, 2 not finished\n");
  CHECK(render_run_tally({result(RunVerdict::unknown, {}), result(RunVerdict::degraded, {})}, 0) ==
        "1 could not be measured, 1 degraded\n");
}

TEST_CASE("JSON has every failure with its class and place", "[run_json]") {
  const auto json = nlohmann::json::parse(render_run_json({failed()}, {CheckName{"slow"}}));
  CHECK(json["schema_version"] == kRunSchemaVersion);
  CHECK(json["unfinished"][0] == "slow");
  const auto& failure = json["runs"][0]["attempts"][0]["steps"][1]["failures"][0];
  CHECK(failure["kind"] == "http_status");
  CHECK(failure["class"] == "retryable");
  CHECK(failure["at"]["line"] == 41);
  CHECK(json["runs"][0]["attempts"][0]["steps"][0]["requests"][0]["phases_ms"]["wait"] == 158.0);
}
