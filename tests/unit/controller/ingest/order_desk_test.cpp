#include "controller/ingest/order_desk.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kNow = WallTime::from_unix_ms(1'800'000'000'000);
const AgentId kAgent{RegionName{"eu-west-1"}, "a"};

Order order(const char* check, Millis lifetime = minutes{1}) {
  Order made;
  made.check = CheckName{check};
  made.expires = kNow + lifetime;
  return made;
}

}  // namespace

TEST_CASE("orders are handed out until the agent has seen them", "[ingest]") {
  OrderDesk desk;
  CHECK(desk.take(kAgent, "s1", 0, kNow).empty());
  desk.add(kAgent, order("a"));
  desk.add(kAgent, order("b"));
  CHECK(desk.has(kAgent, 1));
  CHECK(desk.take(kAgent, "s1", 0, kNow).size() == 2);
  CHECK(desk.take(kAgent, "s1", 0, kNow).size() == 2);
  const auto rest = desk.take(kAgent, "s1", 1, kNow);
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].check.value == "b");
  CHECK(desk.take(kAgent, "s1", 2, kNow).empty());
  CHECK_FALSE(desk.has(kAgent, 2));
}

TEST_CASE("a session that outlives the controller gets orders above what it has seen",
          "[ingest]") {
  OrderDesk desk;
  desk.add(kAgent, order("a"));  // before the agent's first poll after the restart
  const auto waiting = desk.take(kAgent, "s1", 17, kNow);
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].number == 18);
  desk.add(kAgent, order("b"));
  const auto next = desk.take(kAgent, "s1", 18, kNow);
  REQUIRE(next.size() == 1);
  CHECK(next[0].number == 19);
}

TEST_CASE("a new session sees what still waits, numbered from one", "[ingest]") {
  OrderDesk desk;
  desk.take(kAgent, "s1", 0, kNow);
  for (const char* check : {"a", "b", "c"}) desk.add(kAgent, order(check));
  desk.take(kAgent, "s1", 2, kNow);
  const auto waiting = desk.take(kAgent, "s2", 0, kNow);
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].check.value == "c");
  CHECK(waiting[0].number == 1);
  desk.add(kAgent, order("d"));
  CHECK(desk.take(kAgent, "s2", 1, kNow)[0].number == 2);
}

TEST_CASE("expired orders are not handed out", "[ingest]") {
  OrderDesk desk;
  desk.add(kAgent, order("a", Seconds{10}));
  desk.add(kAgent, order("b", Seconds{60}));
  const auto waiting = desk.take(kAgent, "s", 0, kNow + Seconds{10});
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].check.value == "b");
}

TEST_CASE("an agent's queue is bounded and the loss is counted", "[ingest]") {
  OrderDesk desk;
  for (std::size_t i = 0; i < OrderDesk::kPerAgentMax + 5; ++i) desk.add(kAgent, order("a"));
  CHECK(desk.take(kAgent, "s", 0, kNow).size() == OrderDesk::kPerAgentMax);
  CHECK(desk.dropped() == 5);
}
