#include "agent/script/route.h"

#include <catch2/catch.hpp>

#include "tests/unit/agent/script/world.h"

using namespace picket;
using namespace picket::agent;

namespace {

const std::string kHome = "https://shop.test/";

// Takes a second of virtual time, or until its deadline.
struct FakeTracer final : RouteTracer {
  explicit FakeTracer(async::Clock& its_clock) : clock(its_clock) {}
  async::Clock& clock;
  std::vector<std::string> asked;
  std::vector<MonoTime> ended;

  async::Task<std::vector<std::string>> trace(std::string remote, Deadline deadline) override {
    asked.push_back(std::move(remote));
    co_await clock.sleep_until(deadline.shorten(clock.now(), Seconds{1}).at());
    ended.push_back(clock.now());
    co_return std::vector<std::string>{" 1  10.0.1.1  0.4 ms", " 2  *"};
  }
};

struct TracedWorld : World {
  FakeTracer tracer{clock};
  TracedWorld() { runner.trace_with(tracer); }

  RunResult run_home(test::Reply reply, int retries, Millis timeout = Seconds{10}) {
    http.on("GET", kHome, std::move(reply));
    Check check = check_of({http_step("home", "GET", kHome)});
    check.retries = retries;
    check.timeout = timeout;
    return run(check);
  }
};

test::Reply failing(FailureKind kind) {
  test::Reply made;
  made.failure = kind;
  return made;
}

test::Reply silent() {
  test::Reply made;
  made.delay = hours{1};
  return made;
}

const std::vector<std::string>& route_of(const RunResult& result, std::size_t attempt = 0) {
  const RequestResult& request = result.attempts.at(attempt).steps.at(0).requests.back();
  REQUIRE(request.evidence);
  return request.evidence->route;
}

Attempt failed_attempt(FailureKind kind, const std::string& method, const std::string& remote) {
  Attempt attempt;
  attempt.verdict = RunVerdict::fail;
  StepResult step;
  step.failures.push_back({kind, "no", {}});
  RequestResult request;
  request.method = method;
  request.remote_address = remote;
  step.requests.push_back(request);
  attempt.steps.push_back(step);
  return attempt;
}

}  // namespace

TEST_CASE("only an address that did not answer is traced", "[route]") {
  using K = FailureKind;
  const std::string remote = "203.0.113.7:443";
  for (const K kind : {K::connect_timeout, K::connect_unreachable, K::timeout})
    CHECK(failing_address(failed_attempt(kind, "GET", remote)) == remote);
  for (const K kind : {K::connect_refused, K::http_status, K::tls_expired, K::dns_nxdomain})
    CHECK(!failing_address(failed_attempt(kind, "GET", remote)));
  CHECK(!failing_address(failed_attempt(K::timeout, "DNS", remote)));
  CHECK(!failing_address(failed_attempt(K::timeout, "PING", remote)));
  CHECK(!failing_address(failed_attempt(K::timeout, "GET", "")));
  CHECK(!failing_address(Attempt{}));
  Attempt unknown = failed_attempt(K::timeout, "GET", remote);
  unknown.verdict = RunVerdict::unknown;
  CHECK(!failing_address(unknown));
}

TEST_CASE("the first failed step of a kind that is not traced ends the search", "[route]") {
  Attempt attempt = failed_attempt(FailureKind::http_status, "GET", "203.0.113.7:443");
  attempt.steps.push_back(
      failed_attempt(FailureKind::timeout, "GET", "203.0.113.8:443").steps.front());
  CHECK(!failing_address(attempt));
  attempt.steps.front().failures.clear();
  CHECK(failing_address(attempt) == "203.0.113.8:443");
}

TEST_CASE("a trace goes on beside the retry and costs the run nothing", "[route]") {
  TracedWorld w;
  const RunResult result = w.run_home(silent(), 1, Seconds{10});
  CHECK(result.verdict == RunVerdict::fail);
  REQUIRE(result.attempts.size() == 2);
  CHECK(w.tracer.asked.size() == 1);
  CHECK(route_of(result) == std::vector<std::string>{" 1  10.0.1.1  0.4 ms", " 2  *"});
  CHECK(route_of(result, 1).size() == 2);  // the same address failed again
  CHECK(result.duration == Seconds{20});
}

TEST_CASE("without a retry the trace stays inside the run's limit", "[route]") {
  TracedWorld w;
  const MonoTime begin = w.clock.now();
  const RunResult early = w.run_home(failing(FailureKind::connect_unreachable), 0, Seconds{10});
  CHECK(route_of(early).size() == 2);
  CHECK(early.duration == Nanos{0});  // of the attempts
  REQUIRE(w.tracer.ended.size() == 1);
  CHECK(w.tracer.ended.front() - begin == Seconds{1});

  TracedWorld late;
  const RunResult at_the_limit = late.run_home(silent(), 0, Seconds{10});
  CHECK(at_the_limit.verdict == RunVerdict::fail);
  CHECK(late.tracer.asked.empty());
  CHECK(route_of(at_the_limit).empty());

  TracedWorld half;
  const RunResult cut = half.run_home(failing(FailureKind::connect_timeout), 0, Millis{500});
  REQUIRE(half.tracer.ended.size() == 1);
  CHECK(cut.attempts.size() == 1);
}

TEST_CASE("confirmations and good runs are not traced", "[route]") {
  TracedWorld confirming;
  confirming.kind = RunKind::confirmation;
  confirming.run_home(failing(FailureKind::connect_timeout), 1);
  CHECK(confirming.tracer.asked.empty());
  TracedWorld good;
  good.run_home(test::Reply{}, 1);
  CHECK(good.tracer.asked.empty());
  TracedWorld refusing;
  refusing.run_home(failing(FailureKind::connect_refused), 1);
  CHECK(refusing.tracer.asked.empty());
}
