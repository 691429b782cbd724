#include <catch2/catch.hpp>

#include "tests/support/model_generator.h"
#include "tests/unit/agent/link/link_world.h"

using namespace picket;
using namespace picket::agent;

TEST_CASE("records are sent within the linger and acknowledged", "[link]") {
  World w;
  w.start();
  w.append("a");
  w.pass(Millis{30});
  REQUIRE(w.controller.records.size() == 1);
  CHECK(w.spool->stats().waiting == 0);
  CHECK(w.link->stats().records_sent == 1);
}

TEST_CASE("records that come together go together", "[link]") {
  World w;
  w.start();
  for (int i = 0; i < 50; ++i) w.append("a");
  w.pass(Millis{50});
  CHECK(w.controller.records.size() == 50);
  CHECK(w.results_requests() == 1);
}

TEST_CASE("a failed attempt does not linger", "[link]") {
  World w;
  w.start();
  w.append_failed_attempt();
  w.pass(Millis{5});
  CHECK(w.controller.records.size() == 1);
}

TEST_CASE("a batch holds at most 500 records", "[link]") {
  World w;
  for (int i = 0; i < 1'200; ++i) w.append("a");
  w.pass(Nanos{0});
  w.start();
  CHECK(w.controller.records.size() == 1'200);
  CHECK(w.results_requests() == 3);
}

TEST_CASE("an answer that is lost makes the batch go twice and count once", "[link]") {
  World w;
  w.start();
  Fault lost = broken(FailureKind::timeout);
  lost.after_taking = true;
  w.controller.faults.push_back(lost);
  w.append("a");
  w.pass(Seconds{5});
  CHECK(w.results_requests() == 2);
  CHECK(w.controller.records.size() == 1);
  CHECK(w.spool->stats().waiting == 0);
}

TEST_CASE("an unreachable controller is tried again with growing pauses, up to 30 s", "[link]") {
  World w;
  w.start();
  w.controller.always = broken(FailureKind::connect_refused);
  w.append("a");
  w.pass(minutes{60});
  const int tries = w.requests_to("/results");
  CHECK(tries > 60 * 2);       // 30 s at most
  CHECK(tries < 60 * 4 + 10);  // 15 s at least, once the ceiling is reached
  CHECK_FALSE(w.link->stats().connected);
  w.controller.always.reset();
  w.pass(Seconds{31});
  CHECK(w.controller.records.size() == 1);
  CHECK(w.link->stats().connected);
}

TEST_CASE("retry-after is honoured", "[link]") {
  World w;
  w.start();
  Fault busy = status(503, "overloaded");
  busy.retry_after = "120";
  w.controller.faults.push_back(busy);
  w.append("a");
  w.pass(Seconds{119});
  CHECK(w.controller.records.empty());
  w.pass(Seconds{3});
  CHECK(w.controller.records.size() == 1);
}

TEST_CASE("a refused certificate is tried slowly", "[link]") {
  World w;
  w.start();
  w.controller.always = status(403, "certificate_refused");
  w.append("a");
  w.pass(minutes{10});
  CHECK(w.requests_to("/results") <= 11);
  CHECK(w.spool->stats().waiting == 1);
}

TEST_CASE("after an outage of more than 10 minutes the backlog stands behind live results",
          "[link]") {
  World w;
  w.start();
  w.controller.always = broken(FailureKind::connect_refused);
  for (int i = 0; i < 1'500; ++i) w.append("old");
  w.pass(minutes{20});
  w.controller.always.reset();
  w.controller.trip = Millis{500};
  w.append("in between");
  while (w.controller.batches.empty()) w.pass(Millis{100});
  w.append("live");
  w.pass(Seconds{10});
  CHECK(w.controller.records.size() == 1'502);
  std::size_t live_at = 0;
  for (std::size_t i = 0; i < w.controller.records.size(); ++i)
    if (w.controller.records[i].missed().check() == "live") live_at = i;
  CHECK(live_at < 1'100);  // one batch was under way, one read
  CHECK(w.controller.cursors.size() == 2);
}

TEST_CASE("while nobody answers a few records knock, and all come once somebody does", "[link]") {
  World w;
  w.start();
  w.controller.always = broken(FailureKind::timeout);
  for (int i = 0; i < 1'500; ++i) w.append("a");
  w.pass(minutes{9});
  std::size_t most = 0;
  std::size_t last = 0;
  for (const auto& request : w.controller.requests) {
    if (request.url.find("/results") == std::string::npos) continue;
    last = request.body.size();
    most = std::max(most, last);
  }
  CHECK(last * 20 < most);
  w.controller.always.reset();
  w.pass(minutes{1});
  CHECK(w.controller.records.size() == 1'500);
  CHECK(w.results_requests() <= 12);
}

TEST_CASE("a controller that wants earlier records gets them, or a gap", "[link]") {
  World w;
  w.start();
  for (int i = 0; i < 3; ++i) w.append("a");
  w.pass(Millis{50});
  REQUIRE(w.controller.cursors.size() == 1);
  w.controller.cursors.begin()->second = 2;  // restored from a backup
  w.controller.records.clear();
  w.append("b");
  w.pass(Seconds{10});
  CHECK(w.link->stats().gaps >= 1);
  CHECK(w.controller.cursors.begin()->second == 5);
  CHECK(w.controller.records.size() == 3);  // 2 and 3 again, and the new one
  CHECK(w.spool->stats().waiting == 0);
}

TEST_CASE("an answer that moves no cursor is not asked for in a loop", "[link]") {
  World w;
  w.start();
  Fault empty = status(200);
  w.controller.always = empty;
  w.append("a");
  w.pass(minutes{10});
  CHECK(w.requests_to("/results") < 60);
}

TEST_CASE("a new plan arrives at once and is kept on disk", "[link]") {
  World w;
  w.start();
  w.controller.set_desired(state_of(1));
  w.pass(Millis{10});
  REQUIRE(w.plans.size() == 1);
  w.controller.set_desired(state_of(2));
  w.pass(Millis{10});
  REQUIRE(w.plans.size() == 2);
  CHECK(load_plan(w.disk, "/state")->generation == 2);
  w.pass(hours{1});
  CHECK(w.plans.size() == 2);
  CHECK(w.controller.polls < 80);
}

TEST_CASE("a plan that does not decode is not asked for in a loop", "[link]") {
  World w;
  auto bad = state_of(1);
  bad.set_digest("wrong");
  w.controller.set_desired(bad);
  w.start();
  w.pass(minutes{10});
  CHECK(w.plans.empty());
  CHECK(w.controller.polls < 60);
}

TEST_CASE("each order is handed on once, an expired one never", "[link]") {
  World w;
  w.start();
  w.controller.order(order_for("a", kStart + 60'000));
  w.pass(Millis{10});
  w.controller.order(order_for("b", kStart + 60'000));
  w.controller.order(order_for("late", kStart - 1));
  w.pass(hours{1});
  REQUIRE(w.orders.size() == 2);
  CHECK(w.orders[0].check == CheckName{"a"});
  CHECK(w.orders[1].check == CheckName{"b"});
  CHECK(w.link->stats().orders_expired == 1);
}

TEST_CASE("tests share the numbers of orders and are handed on once each", "[link]") {
  World w;
  v1::TestOrder test;
  test.set_test("t1");
  const Check check = test::ModelGenerator{Random{5}}.check();
  *test.mutable_definition() = wire::encode(check);
  test.set_revision(wire::revision_of(check).value);
  test.set_expires_unix_ms(kStart + 60'000);
  w.controller.test(test);
  w.controller.order(order_for("a", kStart + 60'000));
  w.controller.test(test);
  w.start();
  w.pass(Seconds{1});
  CHECK(w.orders.size() == 1);
  REQUIRE(w.tests.size() == 2);
  CHECK(w.tests[0].test == "t1");
  CHECK(w.requests_to("&tests=1") == w.controller.polls);
  v1::TestOrder damaged;
  damaged.set_test("t2");
  w.controller.test(damaged);
  w.controller.order(order_for("b", kStart + 60'000));
  w.pass(Seconds{1});
  CHECK(w.tests.size() == 2);
  CHECK(w.orders.size() == 2);
}

TEST_CASE("the controller's time becomes the agent's", "[link]") {
  World w;
  w.controller.ahead = hours{1};
  w.start();
  w.append("a");
  w.pass(Seconds{1});
  CHECK(std::chrono::abs(w.now() - w.clock.wall_now() - hours{1}) < Millis{20});
  REQUIRE(w.steps.size() == 1);
  CHECK(w.steps[0] > minutes{59});
}

TEST_CASE("small differences inside the round trip correct nothing", "[link]") {
  World w;
  w.controller.ahead = Millis{8};
  w.controller.trip = Millis{40};
  w.start();
  for (int i = 0; i < 20; ++i) {
    w.append("a");
    w.pass(Seconds{20});
  }
  CHECK(w.steps.empty());
}

TEST_CASE("an answer that comes late corrects nothing", "[link]") {
  World w;
  w.start();
  w.append("a");
  w.pass(Seconds{20});
  w.controller.late = Millis{1'500};
  w.controller.order(order_for("b", kStart + 60'000));
  w.pass(Seconds{2});
  CHECK(w.orders.size() == 1);
  w.append("c");
  w.pass(Seconds{60});
  CHECK(w.steps.empty());
}

TEST_CASE("a clock that is off by more than a poll's wait is corrected by the poll", "[link]") {
  World w;
  w.start();
  w.pass(Seconds{60});
  w.controller.ahead = minutes{10};
  w.pass(Seconds{60});
  REQUIRE_FALSE(w.steps.empty());
  CHECK(w.steps[0] > minutes{9});
}

TEST_CASE("a drain sends what waits, and gives up in time when it cannot", "[link]") {
  const bool reachable = GENERATE(true, false);
  World w;
  w.start();
  w.controller.always = broken(FailureKind::connect_refused);
  w.append("a");
  w.pass(minutes{5});
  if (reachable) w.controller.always.reset();
  w.tasks.spawn("drain", w.link->drain(Deadline::after(w.clock.now(), Seconds{5})));
  w.pass(Seconds{6});
  CHECK(w.tasks.size() == 0);
  CHECK(w.controller.records.size() == (reachable ? 1U : 0U));
  CHECK(w.spool->stats().waiting == (reachable ? 0U : 1U));
  const auto requests = w.controller.requests.size();
  w.pass(hours{1});
  CHECK(w.controller.requests.size() == requests);
}
