#include "agent/script/runner.h"

#include <catch2/catch.hpp>
#include <set>

#include "common/core/text.h"
#include "tests/unit/agent/script/world.h"

using namespace picket;
using namespace picket::agent;

namespace {

test::Reply reply(int status, std::string body = {}) {
  test::Reply made;
  made.status = status;
  made.body = std::move(body);
  return made;
}

test::Reply failing(FailureKind kind) {
  test::Reply made;
  made.failure = kind;
  return made;
}

test::Reply slow(Nanos delay) {
  test::Reply made;
  made.delay = delay;
  return made;
}

test::Reply broken(ErrorCode code) {
  test::Reply made;
  made.error = Error{code, "no descriptors left", {}};
  return made;
}

std::vector<StepStatus> statuses(const RunResult& result) {
  std::vector<StepStatus> out;
  for (const StepResult& step : result.attempts.back().steps) out.push_back(step.status);
  return out;
}

const std::string kHome = "https://shop.test/";

}  // namespace

TEST_CASE("a run of one good step passes and is measured", "[runner]") {
  World w;
  w.http.on("GET", kHome, slow(Millis{120}));
  const RunResult result = w.run(check_of({http_step("home", "GET", kHome)}));
  CHECK(result.verdict == RunVerdict::pass);
  REQUIRE(result.attempts.size() == 1);
  const StepResult& step = result.attempts[0].steps.at(0);
  CHECK(step.status == StepStatus::passed);
  CHECK(step.duration == Millis{120});
  CHECK(result.duration == Millis{120});
  CHECK(step.requests.at(0).status == 200);
  CHECK_FALSE(step.requests.at(0).evidence.has_value());
  CHECK(result.trace_id.size() == 32);
  CHECK(w.reported.empty());
}

TEST_CASE("a step without a status of its own wants 2xx or 3xx", "[runner]") {
  for (const auto& [status, verdict] : {std::pair{200, RunVerdict::pass},
                                        {204, RunVerdict::pass},
                                        {304, RunVerdict::pass},
                                        {404, RunVerdict::fail},
                                        {500, RunVerdict::fail}}) {
    World w;
    w.http.on("GET", kHome, reply(status));
    INFO(status);
    CHECK(w.run(check_of({http_step("home", "GET", kHome)})).verdict == verdict);
  }
}

TEST_CASE("an unexpected status names its place in the file", "[runner]") {
  World w;
  w.http.on("GET", kHome, reply(500, "oops"));
  Step step = http_step("home", "GET", kHome);
  step.expect = {expect_status(201, 201)};
  const RunResult result = w.run(check_of({step}));
  CHECK(result.verdict == RunVerdict::fail);
  const Failure& failure = result.attempts[0].steps[0].failures.at(0);
  CHECK(failure.kind == FailureKind::http_status);
  CHECK(failure.message == "expect.status: wanted 201, got 500");
  CHECK(render(failure.at) == "shop.check.yaml:41:11");
  REQUIRE(result.attempts[0].steps[0].requests.at(0).evidence.has_value());
  CHECK(result.attempts[0].steps[0].requests[0].evidence->body_start == "oops");
}

TEST_CASE("a failed step ends the run but for the always steps", "[runner]") {
  World w;
  w.http.on("GET", "https://shop.test/a", reply(200));
  w.http.on("GET", "https://shop.test/b", reply(500));
  w.http.on("GET", "https://shop.test/c", reply(200));
  w.http.on("DELETE", "https://shop.test/d", reply(204));
  Step clean = http_step("clean up", "DELETE", "https://shop.test/d");
  clean.always = true;
  const RunResult result = w.run(check_of({http_step("a", "GET", "https://shop.test/a"),
                                           http_step("b", "GET", "https://shop.test/b"),
                                           http_step("c", "GET", "https://shop.test/c"), clean}));
  CHECK(statuses(result) == std::vector{StepStatus::passed, StepStatus::failed, StepStatus::skipped,
                                        StepStatus::passed});
  CHECK(w.http.requests().size() == 3);
  CHECK(result.attempts[0].steps[3].always);
}

TEST_CASE("a step may let the run go on after its failure", "[runner]") {
  World w;
  w.http.on("GET", "https://shop.test/a", reply(500));
  w.http.on("GET", "https://shop.test/b", reply(200));
  Step tolerant = http_step("a", "GET", "https://shop.test/a");
  tolerant.continue_on_failure = true;
  const RunResult result =
      w.run(check_of({tolerant, http_step("b", "GET", "https://shop.test/b")}));
  CHECK(statuses(result) == std::vector{StepStatus::failed, StepStatus::passed});
  CHECK(result.verdict == RunVerdict::fail);
}

TEST_CASE("a retry that passes is a visible third state and was reported at once", "[runner]") {
  World w;
  w.http.on("GET", kHome, reply(502)).on("GET", kHome, reply(200));
  const RunResult result = w.run(check_of({http_step("home", "GET", kHome)}, 1));
  CHECK(result.verdict == RunVerdict::pass_on_retry);
  REQUIRE(result.attempts.size() == 2);
  CHECK(result.attempts[0].run_id != result.attempts[1].run_id);
  REQUIRE(w.reported.size() == 1);
  CHECK(w.reported[0].failure.status == 502);
  CHECK(w.reported[0].failure.step == "home");
}

TEST_CASE("only the first failed attempt is reported before its retry", "[runner]") {
  World w;
  w.http.on("GET", kHome, reply(502));
  const RunResult result = w.run(check_of({http_step("home", "GET", kHome)}, 2));
  CHECK(result.verdict == RunVerdict::fail);
  CHECK(result.attempts.size() == 3);
  CHECK(w.reported.size() == 1);
}

TEST_CASE("a confirmation has retries while it fails at once, a recheck always", "[runner]") {
  for (const auto& [kind, delay, attempts] : {std::tuple{RunKind::confirmation, 100, 3U},
                                              {RunKind::confirmation, 300, 2U},
                                              {RunKind::confirmation, 501, 1U},
                                              {RunKind::recheck, 501, 3U}}) {
    World w;
    w.kind = kind;
    test::Reply answer = slow(Millis{delay});
    answer.status = 502;
    w.http.on("GET", kHome, answer);
    const RunResult result = w.run(check_of({http_step("home", "GET", kHome)}, 2));
    CHECK(result.verdict == RunVerdict::fail);
    CHECK(result.attempts.size() == attempts);
  }
}

TEST_CASE("one bad server of several is no failed confirmation", "[runner]") {
  World w;
  w.kind = RunKind::confirmation;
  w.http.on("GET", kHome, reply(502)).on("GET", kHome, reply(200));
  const RunResult result = w.run(check_of({http_step("home", "GET", kHome)}, 1));
  CHECK(result.verdict == RunVerdict::pass_on_retry);
}

TEST_CASE("what we could not measure is unknown, never a failure of the target", "[runner]") {
  World w;
  w.http.on("GET", kHome, broken(ErrorCode::resource_exhausted));
  const RunResult result = w.run(check_of({http_step("home", "GET", kHome)}, 1));
  CHECK(result.verdict == RunVerdict::unknown);
  CHECK(result.attempts.size() == 2);
  CHECK(result.attempts[0].steps[0].failures.at(0).kind == FailureKind::agent_resources);
  CHECK(w.reported.empty());
}

TEST_CASE("a measured failure stands when its retry could not measure", "[runner]") {
  World w;
  w.http.on("GET", kHome, reply(500)).on("GET", kHome, failing(FailureKind::agent_network));
  const RunResult result = w.run(check_of({http_step("home", "GET", kHome)}, 1));
  CHECK(result.verdict == RunVerdict::fail);
  CHECK(summarize_failure(result)->status == 500);
}

TEST_CASE("a pass after an attempt that could not measure is a plain pass", "[runner]") {
  World w;
  w.http.on("GET", kHome, broken(ErrorCode::internal)).on("GET", kHome, reply(200));
  CHECK(w.run(check_of({http_step("home", "GET", kHome)}, 1)).verdict == RunVerdict::pass);
}

TEST_CASE("a secret that the agent lacks makes the run unknown and names the secret", "[runner]") {
  World w;
  Step step = http_step("home", "GET", kHome);
  http_of(step).bearer = "${{ secrets.API_TOKEN }}";
  Check check = check_of({step, http_step("b", "GET", kHome)}, 3);
  check.secrets = {"API_TOKEN"};
  const RunResult result = w.run(check);
  CHECK(result.verdict == RunVerdict::unknown);
  CHECK(result.attempts.size() == 1);
  CHECK(statuses(result) == std::vector{StepStatus::failed, StepStatus::skipped});
  const Failure& failure = result.attempts[0].steps[0].failures.at(0);
  CHECK(failure.kind == FailureKind::secret_missing);
  CHECK(failure.message.find("API_TOKEN") != std::string::npos);
  CHECK(w.http.requests().empty());
}

TEST_CASE("the timeout bounds all steps together, and a step may shorten it", "[runner]") {
  World w;
  w.http.on("GET", "https://shop.test/a", slow(Seconds{6}));
  w.http.on("GET", "https://shop.test/b", slow(Seconds{6}));
  const RunResult result = w.run(check_of({http_step("a", "GET", "https://shop.test/a"),
                                           http_step("b", "GET", "https://shop.test/b")}));
  CHECK(statuses(result) == std::vector{StepStatus::passed, StepStatus::failed});
  CHECK(result.attempts[0].steps[1].failures.at(0).kind == FailureKind::timeout);
  CHECK(result.duration == Seconds{10});

  World other;
  other.http.on("GET", "https://shop.test/a", slow(Seconds{6}));
  Step shorter = http_step("a", "GET", "https://shop.test/a");
  shorter.timeout = Millis{2'000};
  CHECK(other.run(check_of({shorter})).duration == Seconds{2});
}

TEST_CASE("always steps have their own allowance when the timeout is used up", "[runner]") {
  World w;
  w.http.on("GET", kHome, slow(Seconds{60}));
  w.http.on("DELETE", kHome, slow(Seconds{60}));
  Step clean = http_step("clean up", "DELETE", kHome);
  clean.always = true;
  const Check check = check_of({http_step("home", "GET", kHome), clean});
  const RunResult result = w.run(check);
  CHECK(w.http.requests().size() == 2);
  CHECK(result.attempts[0].steps[1].duration == Seconds{10});
  CHECK(result.duration == run_limit(check));
}

TEST_CASE("an always step that needs what was never captured is skipped", "[runner]") {
  World w;
  w.http.on("POST", kHome, reply(500));
  Step create = http_step("create", "POST", kHome);
  create.captures = {capture_of("id", CaptureSource::jsonpath, "$.id")};
  Step clean = http_step("clean up", "DELETE", kHome + "${{ capture.id }}");
  clean.always = true;
  const RunResult result = w.run(check_of({create, clean}));
  CHECK(statuses(result) == std::vector{StepStatus::failed, StepStatus::skipped});
}

TEST_CASE("a wait takes its time and must fit into the timeout", "[runner]") {
  World w;
  w.http.on("GET", kHome, reply(200));
  Step wait;
  wait.name = "settle";
  wait.action = WaitAction{Millis{3'000}};
  const RunResult result = w.run(check_of({wait, http_step("home", "GET", kHome)}));
  CHECK(result.verdict == RunVerdict::pass);
  CHECK(result.attempts[0].steps[0].duration == Seconds{3});
  wait.action = WaitAction{Millis{30'000}};
  const RunResult late = w.run(check_of({wait}));
  CHECK(late.attempts[0].steps[0].failures.at(0).kind == FailureKind::timeout);
  CHECK(late.duration == Seconds{10});
}

TEST_CASE("captures flow into later steps in every part of a request", "[runner]") {
  World w;
  test::Reply first = reply(200, R"({"id": 42, "token": "tok-\"quoted\""})");
  first.headers = {{"X-Order", "o-7"}, {"Set-Cookie", "sid=cookie-value-1; Path=/"}};
  w.http.on("GET", kHome, first);
  std::string sent_url;
  http::Request sent;
  w.http.otherwise([&](const http::Request& request) {
    sent = request;
    return reply(200);
  });
  Step one = http_step("one", "GET", kHome);
  one.captures = {capture_of("id", CaptureSource::jsonpath, "$.id"),
                  capture_of("token", CaptureSource::jsonpath, "$.token"),
                  capture_of("order", CaptureSource::header, "x-order"),
                  capture_of("sid", CaptureSource::cookie, "sid"),
                  capture_of("part", CaptureSource::regex, R"("id": (\d))"),
                  capture_of("at", CaptureSource::url, "")};
  Step two = http_step("two", "POST", "${{ capture.at }}o/${{ capture.id }}");
  HttpAction& action = http_of(two);
  action.query = {{"o", "${{ capture.order }}&x"}};
  action.headers = {{"x-part", "${{ capture.part }}"}, {"x-run", "${{ run.id }}@${{ region }}"}};
  action.body_kind = BodyKind::json;
  action.body = R"({"t":"${{ capture.token }}","s":"${{ capture.sid }}"})";
  const RunResult result = w.run(check_of({one, two}));
  CHECK(result.verdict == RunVerdict::pass);
  CHECK(sent.url == "https://shop.test/o/42?o=o-7%26x");
  CHECK(sent.body == R"({"t":"tok-\"quoted\"","s":"cookie-value-1"})");
  CHECK(http::find_header(sent.headers, "x-part") == "4");
  CHECK(http::find_header(sent.headers, "x-run") == result.attempts[0].run_id + "@eu-west-1");
  CHECK(http::find_header(sent.headers, "cookie") == "sid=cookie-value-1");
  CHECK(http::find_header(sent.headers, "user-agent") == "picket/0.1.0");
  const std::string trace = http::find_header(sent.headers, "traceparent").value_or("");
  CHECK(trace.starts_with("00-" + result.trace_id + "-"));
}

TEST_CASE("a capture that finds nothing fails the step", "[runner]") {
  for (const auto& [body, why] : {std::pair{"{}", ""},
                                  {R"({"id": null})", ""},
                                  {R"({"id": ""})", ""},
                                  {"<html>", ": the body is not JSON (byte 1)"}}) {
    World w;
    w.http.on("GET", kHome, reply(200, body));
    Step step = http_step("home", "GET", kHome);
    step.captures = {capture_of("id", CaptureSource::jsonpath, "$.id")};
    const RunResult result = w.run(check_of({step}));
    INFO(body);
    CHECK(result.verdict == RunVerdict::fail);
    CHECK(result.attempts[0].steps[0].failures.at(0).kind == FailureKind::capture_missing);
    CHECK(result.attempts[0].steps[0].failures.at(0).message ==
          std::string{"capture.id: jsonpath $.id found nothing"} + why);
  }
}

TEST_CASE("soft thresholds degrade, hard ones fail", "[runner]") {
  World w;
  w.http.on("GET", kHome, slow(Millis{900}));
  Step step = http_step("home", "GET", kHome);
  step.expect = {expect(Subject::duration, "", MatchOp::lt, std::int64_t{800})};
  step.expect[0].warn = true;
  const RunResult degraded = w.run(check_of({step}, 2));
  CHECK(degraded.verdict == RunVerdict::degraded);
  CHECK(degraded.attempts.size() == 1);
  CHECK(degraded.attempts[0].steps[0].status == StepStatus::degraded);
  CHECK(degraded.attempts[0].steps[0].warnings.at(0).message ==
        "expect.warn.duration: wanted < 800 ms, got 900 ms");
  step.expect[0].warn = false;
  CHECK(w.run(check_of({step})).verdict == RunVerdict::fail);
}

TEST_CASE("every subject is judged over the last response", "[runner]") {
  World w;
  test::Reply answer = reply(200, R"({"state":"ok","items":[1,2]})");
  answer.headers = {
      {"Content-Type", "application/json"}, {"Vary", "a"}, {"vary", "b"}, {"set-cookie", "s=1"}};
  answer.delay = Millis{50};
  w.http.on("GET", kHome, answer);
  const auto text = [](const char* value) { return Value{std::string{value}}; };
  struct Row {
    Expectation expectation;
    bool holds;
  };
  const std::vector<Row> rows{
      {expect(Subject::http_version, "", MatchOp::equals, text("1.1")), true},
      {expect(Subject::header, "content-type", MatchOp::contains, text("json")), true},
      {expect(Subject::header, "vary", MatchOp::includes, text("b")), true},
      {expect(Subject::header, "vary", MatchOp::equals, text("a")), false},
      {expect(Subject::header, "etag", MatchOp::exists, Value{false}), true},
      {expect(Subject::cookie, "s", MatchOp::equals, text("1")), true},
      {expect(Subject::cookie, "t", MatchOp::exists, Value{true}), false},
      {expect(Subject::body, "", MatchOp::starts_with, text("{")), true},
      {expect(Subject::jsonpath, "$.state", MatchOp::equals, text("ok")), true},
      {expect(Subject::jsonpath, "$.total", MatchOp::lt, Value{std::int64_t{5}}), false},
      {expect(Subject::phase, "wait", MatchOp::gte, Value{std::int64_t{50}}), true},
      {expect(Subject::phase, "dns", MatchOp::gt, Value{std::int64_t{0}}), false},
      {expect(Subject::size, "", MatchOp::equals, Value{std::int64_t{28}}), true},
      {expect(Subject::duration, "", MatchOp::lte, Value{std::int64_t{50}}), true}};
  for (const Row& row : rows) {
    Step step = http_step("home", "GET", kHome);
    step.expect = {row.expectation};
    const RunResult result = w.run(check_of({step}));
    INFO(to_string(row.expectation.subject) << ' ' << row.expectation.key);
    CHECK((result.verdict == RunVerdict::pass) == row.holds);
  }
}

TEST_CASE("operands of expectations may come from captures", "[runner]") {
  World w;
  test::Reply answer = reply(200, "hello anna");
  answer.headers = {{"x-user", "anna"}};
  w.http.on("GET", kHome, answer);
  Step one = http_step("one", "GET", kHome);
  one.captures = {capture_of("user", CaptureSource::header, "x-user")};
  Step two = http_step("two", "GET", kHome);
  two.expect = {expect(Subject::body, "", MatchOp::contains,
                       Value{std::string{"hello ${{ capture.user }}"}})};
  CHECK(w.run(check_of({one, two})).verdict == RunVerdict::pass);
}

TEST_CASE("all failing expectations of a step are told", "[runner]") {
  World w;
  w.http.on("GET", kHome, reply(500, "x"));
  Step step = http_step("home", "GET", kHome);
  step.expect = {expect_status(200, 200),
                 expect(Subject::body, "", MatchOp::contains, Value{std::string{"y"}})};
  CHECK(w.run(check_of({step})).attempts[0].steps[0].failures.size() == 2);
}

TEST_CASE("run ids differ between attempts, runs and checks", "[runner]") {
  World w;
  w.http.on("GET", kHome, reply(500));
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i)
    for (const Attempt& attempt : w.run(check_of({http_step("home", "GET", kHome)}, 2)).attempts)
      seen.insert(attempt.run_id);
  CHECK(seen.size() == 60);
}
