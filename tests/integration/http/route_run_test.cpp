// Whole runs of checks that choose their way to the target: from the step's keys to the evidence.
#include <catch2/catch.hpp>
#include <utility>

#include "tests/integration/http/nginx_fixture.h"
#include "tests/support/check_run.h"
#include "tests/support/hostile_server.h"
#include "tests/support/process.h"

namespace picket::agent {
namespace {

using test::MapSecrets;
using test::nginx_fixture;

RunResult run(const HttpAction& action, MapSecrets& secrets, std::vector<Expectation> expect = {}) {
  Check check;
  check.name = CheckName{"shop"};
  check.timeout = Millis{5'000};
  check.retries = 0;
  for (const auto& [name, value] : secrets.values) check.secrets.push_back(name);
  Step step;
  step.name = "http";
  step.action = action;
  step.expect = std::move(expect);
  check.steps = {step};
  return test::run_check(check, secrets, nginx_fixture().client_options());
}

HttpAction get(const std::string& url) {
  HttpAction action;
  action.url = url;
  return action;
}

const StepResult& step_of(const RunResult& result) { return result.attempts.back().steps.front(); }

TEST_CASE("a client certificate comes from a secret and its key never leaves", "[http][run]") {
  const auto& files = nginx_fixture().client_certificate();
  MapSecrets secrets;
  secrets.values["PROBE"] = test::read_file(files.certificate) + test::read_file(files.key);
  HttpAction action = get(nginx_fixture().https("mutual.test"));
  const RunResult without = run(action, secrets);
  CHECK(step_of(without).requests.back().status == 400);
  action.route.client_certificate = "${{ secrets.PROBE }}";
  const RunResult result = run(action, secrets);
  CHECK(result.verdict == RunVerdict::pass);
  const auto& evidence = step_of(result).requests.back().evidence;
  REQUIRE(evidence);
  CHECK_THAT(evidence->curl, Catch::Contains("--cert <(printf %s \"$PROBE\")"));
  CHECK_THAT(evidence->curl, !Catch::Contains("PRIVATE KEY"));
  secrets.values["PROBE"] = "no certificate";
  CHECK(summarize_failure(run(action, secrets))->kind == FailureKind::invalid_request);
}

TEST_CASE("one dead address of two fails the step and is named", "[http][run]") {
  MapSecrets none;
  HttpAction action = get(nginx_fixture().http("dead-first.test"));
  CHECK(run(action, none).verdict == RunVerdict::pass);
  action.route.every_address = true;
  const RunResult result = run(action, none);
  CHECK(result.verdict == RunVerdict::fail);
  const auto summary = summarize_failure(result);
  REQUIRE(summary);
  CHECK(summary->kind == FailureKind::connect_refused);
  CHECK_THAT(summary->message, Catch::StartsWith("1 of 2 addresses fail: 127.0.0.2: "));
  const auto& requests = step_of(result).requests;
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].label == "127.0.0.1");
  CHECK(requests[0].status == 200);
  CHECK(requests[1].label == "127.0.0.2");  // whom the failure is of stands last
  CHECK_THAT(summary->remote_address, Catch::StartsWith("127.0.0.2:"));
}

TEST_CASE("one broken machine of two is named by its expectation", "[http][run]") {
  MapSecrets none;
  HttpAction action = get(nginx_fixture().https("twice.test"));
  action.route.every_address = true;
  const RunResult result = run(action, none);
  REQUIRE(step_of(result).requests.size() == 2);
  for (const RequestResult& request : step_of(result).requests)
    CHECK(request.tls->chain.front().subject == "CN=twice");
  REQUIRE(step_of(result).failures.size() == 1);
  CHECK(step_of(result).failures[0].message == "127.0.0.3: status: wanted 2xx or 3xx, got 503");
}

TEST_CASE("a multipart body arrives as its parts say", "[http][run]") {
  std::string seen;
  test::HostileServer server([&seen](test::RawConnection& peer) {
    seen = peer.read_request();
    while (!seen.ends_with("--\r\n")) {
      const std::string more = peer.read_some();
      if (more.empty()) break;
      seen += more;
    }
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  MapSecrets secrets;
  secrets.values["TOKEN"] = "t0ken-value";
  HttpAction action = get(server.url());
  action.method = "POST";
  action.body_kind = BodyKind::multipart;
  action.multipart = {
      {.name = "token", .value = "${{ secrets.TOKEN }}"},
      {.name = "large", .kind = BodyPart::Kind::generated, .bytes = 300'000, .filename = "l"}};
  const RunResult result = run(action, secrets);
  CHECK(result.verdict == RunVerdict::pass);
  CHECK_THAT(seen, Catch::Contains("name=\"token\"\r\n\r\nt0ken-value\r\n"));
  CHECK(seen.size() > 300'000);
  const auto& evidence = step_of(result).requests.back().evidence;
  CHECK_THAT(evidence->curl, !Catch::Contains("t0ken-value"));
}

}  // namespace
}  // namespace picket::agent
