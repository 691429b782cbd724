#include "agent/test_runs.h"

#include <catch2/catch.hpp>

#include "picket/v1/agent.pb.h"
#include "tests/unit/agent/script/world.h"

using namespace picket;
using namespace picket::agent;

namespace {

constexpr const char* kTarget = "https://shop.test/";
constexpr const char* kResults = "https://c/agent/v1/test-results";

struct TestWorld : World {
  TestWorld() { http.on("GET", kTarget, test::Reply{.delay = Seconds{2}}); }

  OrderedTest ordered(const std::string& id, Nanos from_now = minutes{1}) {
    const WallTime expires = clock.wall_now() + std::chrono::duration_cast<Millis>(from_now);
    auto check = std::make_shared<const Check>(check_of({http_step("home", "GET", kTarget)}));
    return {id, std::move(check), Revision{std::string(64, 'a')}, expires};
  }
  void pass(Nanos span) { sim::run_for(context, clock, span); }
  std::size_t requests_to(const std::string& url) const {
    return static_cast<std::size_t>(
        std::count_if(http.requests().begin(), http.requests().end(),
                      [&](const http::Request& request) { return request.url == url; }));
  }
  static async::Task<void> drain(TestRuns& runs, bool& drained) {
    co_await runs.drain();
    drained = true;
  }

  async::DisciplinedClock disciplined{clock};
  Caller caller{http, disciplined, {"https://c", "picket/test"}};
  TestRuns runs{{context.get_executor(), clock, caller, runner, RegionName{"eu-west-1"}}};
};

}  // namespace

TEST_CASE("a test run goes straight back, manual and with its evidence", "[test_runs]") {
  TestWorld w;
  w.http.on("POST", kResults, test::Reply{});
  w.runs.add(w.ordered("t1"));
  w.pass(Seconds{5});
  REQUIRE(w.requests_to(kResults) == 1);
  v1::TestResultRequest sent;
  REQUIRE(sent.ParseFromString(w.http.requests().back().body));
  CHECK(sent.test() == "t1");
  CHECK(sent.run().key().check() == "shop");
  CHECK(sent.run().key().kind() == "manual");
  CHECK(sent.run().verdict() == "pass");
  CHECK(sent.run().attempts(0).steps(0).requests(0).has_evidence());
}

TEST_CASE("four run at a time, the others wait, and one that is too late is dropped",
          "[test_runs]") {
  TestWorld w;
  w.http.on("POST", kResults, test::Reply{});
  for (int i = 0; i < 6; ++i) w.runs.add(w.ordered("t"));
  w.runs.add(w.ordered("late", Seconds{1}));
  w.pass(Seconds{1});
  CHECK(w.requests_to(kTarget) == 4);
  CHECK(w.runs.waiting() == 3);
  w.pass(Seconds{10});
  CHECK(w.requests_to(kTarget) == 6);
  CHECK(w.requests_to(kResults) == 6);
}

TEST_CASE("a flood of orders is bounded", "[test_runs]") {
  TestWorld w;
  for (std::size_t i = 0; i < TestRuns::kWaitingMax + 10; ++i) w.runs.add(w.ordered("t"));
  CHECK(w.runs.waiting() == TestRuns::kWaitingMax);
}

TEST_CASE("a result is sent again when the controller cannot be reached, not when it refuses",
          "[test_runs]") {
  TestWorld w;
  w.http.on("POST", kResults, test::Reply{.failure = FailureKind::connect_refused});
  w.http.on("POST", kResults, test::Reply{});
  w.runs.add(w.ordered("t1"));
  w.pass(Seconds{20});
  CHECK(w.requests_to(kResults) == 2);

  TestWorld refused;
  refused.http.on("POST", kResults, test::Reply{.status = 404});
  refused.runs.add(refused.ordered("t1"));
  refused.pass(Seconds{20});
  CHECK(refused.requests_to(kResults) == 1);
}

TEST_CASE("a drain ends what is under way and takes nothing more", "[test_runs]") {
  TestWorld w;
  w.runs.add(w.ordered("t1"));
  w.pass(Seconds{1});
  bool drained = false;
  w.group.spawn("drain", TestWorld::drain(w.runs, drained));
  w.runs.add(w.ordered("t2"));
  w.pass(Millis{10});
  CHECK(drained);
  w.runs.add(w.ordered("t3"));
  w.pass(minutes{1});
  CHECK(w.requests_to(kTarget) == 1);
  CHECK(w.requests_to(kResults) == 0);
}
