#include "controller/deliver/deliverer.h"

#include <catch2/catch.hpp>

#include "tests/support/delivery_world.h"

using namespace picket;
using namespace picket::controller;
using sim::PagerFault;
using test::DeliveryWorld;
using test::kFallbackHost;
using test::kPrimaryHost;
using test::make_page;
using Kind = PagerFault::Kind;

namespace {

PagerFault fault(Kind kind, int seconds = 1) {
  PagerFault made;
  made.kind = kind;
  made.seconds = seconds;
  return made;
}

std::string actions(DeliveryWorld& world, const std::string& host) {
  std::string out;
  for (const auto& event : world.pager().events())
    if (event.taken && event.host == host) out += event.action.substr(0, 1);
  return out;
}

std::optional<WallTime> first_told(DeliveryWorld& world) {
  for (const auto& event : world.pager().events())
    if (event.taken) return event.at;
  return std::nullopt;
}

}  // namespace

TEST_CASE("a trigger and its resolve are delivered within a second, in order", "[deliver]") {
  DeliveryWorld world(test::two_receivers());
  world.start();
  world.owe({make_page("a", OutboxAction::trigger, 1, world.now())});
  world.owe({make_page("a", OutboxAction::resolve, 2, world.now())});
  world.run(Seconds{1});
  CHECK(actions(world, kPrimaryHost) == "tr");
  CHECK(world.pager().open().empty());
  CHECK(world.unfinished().empty());
  CHECK(world.row("a/1").state == OutboxState::accepted);
  CHECK(world.deliverer().counters().accepted == 2);
  CHECK(world.pager().violations().empty());
  const auto timeline = world.store().timeline(IncidentId{"a"}).value();
  REQUIRE(timeline.size() == 2);
  CHECK(timeline[0].kind == "page_accepted");
  CHECK(timeline[0].text == "trigger to pagerduty/payments accepted, attempt 1");
}

TEST_CASE("each misbehaviour of PagerDuty loses nothing and opens one incident", "[deliver]") {
  const Kind kind = GENERATE(Kind::refused, Kind::connect_timeout, Kind::throttle, Kind::error,
                             Kind::accept_then_hang, Kind::hang, Kind::captive_portal,
                             Kind::summary_limit, Kind::redirect, Kind::wrong_key);
  const int times = GENERATE(1, 2, 5);
  INFO(static_cast<int>(kind) << " x " << times);
  DeliveryWorld world(test::two_receivers());
  world.start();
  world.pager().script(kPrimaryHost, fault(kind), times);
  const WallTime due = world.now();
  OutboxRow row = make_page("a", OutboxAction::trigger, 1, due);
  row.payload_json = R"({"summary":")" + std::string(300, 'x') + "\"}";
  world.owe({row});
  world.run(minutes{6});
  REQUIRE(first_told(world));
  CHECK(*first_told(world) - due <= Seconds{60});
  CHECK(world.unfinished().empty());
  world.owe({make_page("a", OutboxAction::resolve, 2, world.now())});
  world.run(minutes{6});
  CHECK(world.unfinished().empty());
  CHECK(world.pager().open().empty());
  int opened = 0;
  for (const auto& incident : world.pager().incidents()) opened += incident.host == kPrimaryHost;
  CHECK(opened == 1);
  CHECK(world.pager().violations().empty());
}

TEST_CASE("nothing for an hour: fallback within 60 s, then everything in order", "[deliver]") {
  const Kind kind = GENERATE(Kind::refused, Kind::connect_timeout, Kind::hang, Kind::error);
  DeliveryWorld world(test::two_receivers());
  world.start();
  world.pager().script(kPrimaryHost, fault(kind), 0);
  const WallTime due = world.now();
  world.owe({make_page("a", OutboxAction::trigger, 1, due)});
  world.run(minutes{1});
  REQUIRE(first_told(world));
  CHECK(*first_told(world) - due <= Seconds{60});
  world.run(minutes{29});
  world.owe({make_page("a", OutboxAction::resolve, 2, world.now())});
  world.run(minutes{30});
  CHECK(actions(world, kPrimaryHost).empty());
  CHECK(actions(world, kFallbackHost) == "tr");
  world.pager().clear(kPrimaryHost);
  const WallTime healed = world.now();
  world.run(minutes{1});
  CHECK(actions(world, kPrimaryHost).substr(0, 2) == "tr");
  for (const auto& event : world.pager().events())
    if (event.taken && event.host == kPrimaryHost && event.action == "trigger")
      CHECK(event.at - healed <= Seconds{60});
  world.run(minutes{6});
  CHECK(world.unfinished().empty());
  CHECK(world.pager().open().empty());
}

TEST_CASE("while everything is cut nothing is lost, and 60 s after it heals it is told",
          "[deliver]") {
  DeliveryWorld world(test::two_receivers());
  world.start();
  world.pager().script(kPrimaryHost, fault(Kind::refused), 0);
  world.pager().script(kFallbackHost, fault(Kind::refused), 0);
  world.owe({make_page("a", OutboxAction::trigger, 1, world.now())});
  world.run(hours{5});
  CHECK_FALSE(first_told(world));
  world.pager().clear(kFallbackHost);
  const WallTime healed = world.now();
  world.run(Seconds{60});
  REQUIRE(first_told(world));
  CHECK(*first_told(world) - healed <= Seconds{60});
}

TEST_CASE("a trigger that arrives after its resolve is closed by the fence", "[deliver]") {
  DeliveryWorld world(test::two_receivers());
  world.start();
  world.pager().script(kPrimaryHost, fault(Kind::accept_late, 25), 1);
  world.owe({make_page("a", OutboxAction::trigger, 1, world.now())});
  world.owe({make_page("a", OutboxAction::resolve, 2, world.now())});
  world.run(minutes{10});
  CHECK(actions(world, kPrimaryHost) == "trtrr");
  CHECK(world.pager().open().empty());
  CHECK(world.unfinished().empty());
}

TEST_CASE("what fails to commit is sent all the same, once, and committed later", "[deliver]") {
  DeliveryWorld world(test::two_receivers());
  world.start();
  const WallTime due = world.now();
  world.owe({make_page("a", OutboxAction::trigger, 1, due)});
  world.disk_full = true;
  world.run(minutes{5});
  CHECK(actions(world, kPrimaryHost) == "t");
  CHECK(*first_told(world) - due <= Seconds{15});
  CHECK(world.deliverer().counters().commit_failures > 100);
  CHECK(world.deliverer().counters().sent_uncommitted == 1);
  CHECK(world.row("a/1").state == OutboxState::pending);
  world.disk_full = false;
  world.run(Seconds{5});
  CHECK(world.row("a/1").state == OutboxState::accepted);
  CHECK(world.unfinished().empty());
  CHECK(actions(world, kPrimaryHost) == "t");
}

TEST_CASE("a shutdown finishes what is in flight and starts nothing more", "[deliver]") {
  DeliveryWorld world(test::two_receivers());
  world.start();
  world.owe({make_page("a", OutboxAction::trigger, 1, world.now())});
  world.run(Millis{50});
  world.owe({make_page("a", OutboxAction::resolve, 2, world.now())});
  world.drain(Seconds{20});
  CHECK(actions(world, kPrimaryHost) == "t");
  CHECK(world.row("a/1").state == OutboxState::accepted);
  CHECK(world.row("a/2").state == OutboxState::pending);
  world.crash();
  world.start();
  world.run(Seconds{1});
  CHECK(actions(world, kPrimaryHost) == "tr");
}

TEST_CASE("a shutdown that cannot wait leaves the row in flight, unknown at the start",
          "[deliver]") {
  DeliveryWorld world(test::two_receivers());
  world.start();
  world.pager().script(kPrimaryHost, fault(Kind::hang), 1);
  world.owe({make_page("a", OutboxAction::trigger, 1, world.now())});
  world.run(Seconds{1});
  world.drain(Seconds{2});
  CHECK(world.row("a/1").state == OutboxState::in_flight);
  world.crash();
  world.start();
  world.run(Seconds{1});
  CHECK(world.row("a/1").state == OutboxState::accepted);
  CHECK(world.row("a/1").ever_unknown);
}

TEST_CASE("a receiver that nobody knows is reported and goes to the fallback", "[deliver]") {
  DeliveryWorld world({test::two_receivers()[1]});
  world.start();
  world.owe({make_page("a", OutboxAction::trigger, 1, world.now())});
  world.run(Seconds{1});
  CHECK(actions(world, kFallbackHost) == "t");
  CHECK(world.row("a/1").last_error == "receiver pagerduty/payments is not in the configuration");
  CHECK(world.deliverer().counters().misconfigured == 1);
  world.configure(test::two_receivers());
  world.run(Seconds{1});
  CHECK(actions(world, kPrimaryHost) == "t");
  CHECK(world.unfinished().empty());
}

TEST_CASE("a webhook gets signed messages that keep their id over retries", "[deliver]") {
  Receiver hook;
  hook.name = "pagerduty/payments";
  hook.kind = ReceiverKind::webhook;
  hook.url = "https://hooks.example/picket";
  hook.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  DeliveryWorld world({hook});
  world.start();
  world.pager().script("hooks.example", fault(Kind::accept_then_hang), 1);
  world.owe({make_page("a", OutboxAction::trigger, 1, world.now())});
  world.owe({make_page("a", OutboxAction::acknowledge, 2, world.now())});
  world.run(minutes{1});
  const auto& events = world.pager().events();
  REQUIRE(events.size() == 3);
  CHECK(events[0].message == events[1].message);
  CHECK(events[1].message != events[2].message);
  CHECK(events[2].action == "incident.acknowledged");
  CHECK(world.unfinished().empty());
}

TEST_CASE("many pages at once stay within the budget and all arrive", "[deliver]") {
  DeliveryWorld world(test::two_receivers());
  world.start();
  std::vector<OutboxRow> rows;
  for (int i = 0; i < 150; ++i)
    rows.push_back(make_page("e" + std::to_string(i), OutboxAction::trigger, 1, world.now()));
  world.owe(rows);
  world.run(minutes{5});
  CHECK(world.unfinished().empty());
  CHECK(world.pager().violations().empty());
}
