#include "agent/control_targets.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/unit/agent/script/world.h"

using namespace picket;
using namespace picket::agent;

namespace {

const std::string kA = "https://a.test/";
const std::string kB = "https://b.test/";

struct ControlWorld : World {
  void pass(Nanos span) { sim::run_for(context, clock, span); }
  std::size_t looks() const { return reports.size(); }
  void end() {
    bool drained = false;
    const auto drain = [](ControlTargets& targets, bool& done) -> async::Task<void> {
      co_await targets.drain();
      done = true;
    };
    async::TaskGroup drains{context.get_executor()};
    drains.spawn("drain", drain(control, drained));
    pass(Seconds{1});
    CHECK(drained);
  }

  std::vector<ControlReport> reports;
  ControlTargets control{{context.get_executor(), clock, http, "picket/test",
                          [this](ControlReport report) { reports.push_back(std::move(report)); }}};
};

}  // namespace

TEST_CASE("without targets nothing is asked", "[control]") {
  ControlWorld w;
  w.control.start();
  w.control.run_failed();
  w.pass(minutes{10});
  CHECK(w.http.requests().empty());
  w.end();
}

TEST_CASE("targets are asked once a minute, and any response is an answer", "[control]") {
  ControlWorld w;
  w.http.on("GET", kA, test::Reply{.status = 503});
  w.http.on("GET", kB, test::Reply{.failure = FailureKind::connect_timeout});
  w.control.start();
  w.control.set({kA, kB});
  w.pass(Seconds{10});
  REQUIRE(w.looks() == 1);
  REQUIRE(w.reports[0].answers.size() == 2);
  CHECK(w.reports[0].answers[0] == ControlAnswer{kA, true, ""});
  CHECK(w.reports[0].answers[1] == ControlAnswer{kB, false, "connect_timeout"});
  w.pass(minutes{5});
  CHECK(w.looks() >= 5);
  CHECK(w.looks() <= 6);
  w.end();
}

TEST_CASE("a failed run asks at once, yet not more often than every 30 s", "[control]") {
  ControlWorld w;
  w.http.on("GET", kA, test::Reply{});
  w.control.start();
  w.control.set({kA});
  w.pass(Seconds{40});
  REQUIRE(w.looks() == 1);
  w.control.run_failed();
  w.pass(Seconds{1});
  CHECK(w.looks() == 2);
  for (int i = 0; i < 20; ++i) {
    w.control.run_failed();
    w.pass(Seconds{1});
  }
  CHECK(w.looks() == 2);
  w.end();
}

TEST_CASE("none is said to answer only after a second try, and then every 30 s", "[control]") {
  ControlWorld w;
  w.http.on("GET", kA, test::Reply{.failure = FailureKind::connect_refused});
  w.http.on("GET", kA, test::Reply{});
  w.http.on("GET", kA, test::Reply{.failure = FailureKind::connect_refused});
  w.control.start();
  w.control.set({kA});
  w.pass(Seconds{10});
  REQUIRE(w.looks() == 1);
  CHECK(w.reports[0].answers[0].answered);  // the second try
  w.pass(minutes{3});
  CHECK_FALSE(w.reports.back().answers[0].answered);
  CHECK(w.looks() >= 4);
  w.end();
}

TEST_CASE("what the agent itself refuses is not measured", "[control]") {
  ControlWorld w;
  w.http.on("GET", kA, test::Reply{.failure = FailureKind::blocked_address});
  w.control.start();
  w.control.set({kA});
  w.pass(minutes{5});
  CHECK(w.reports.empty());
  w.end();
}

TEST_CASE("no more than four targets are looked at", "[control]") {
  ControlWorld w;
  std::vector<std::string> many;
  for (int i = 0; i < 9; ++i) many.push_back("https://t" + std::to_string(i) + ".test/");
  w.control.start();
  w.control.set(many);
  w.pass(Seconds{40});
  REQUIRE(w.looks() >= 1);
  CHECK(w.reports[0].answers.size() == kControlTargetsMax);
  w.end();
}
