#include "controller/deliver/confirmation_desk.h"

#include <catch2/catch.hpp>

#include "tests/support/outbox_bench.h"

using namespace picket;
using namespace picket::test::outbox;
using Kind = Lookup::Kind;

namespace {

OutboxRow accepted(const std::string& id, OutboxAction action = OutboxAction::trigger,
                   double when = 0) {
  OutboxRow row = page(id, action, 0, when);
  row.state = OutboxState::accepted;
  row.finished = at(when);
  return row;
}

Lookup lookup(Kind kind) {
  Lookup made;
  made.kind = kind;
  if (kind == Kind::found) made.provider_id = "Q1";
  return made;
}

// Looks at every second from `from` on until the row leaves; what became of it and when.
struct Watch {
  ConfirmationDesk& desk;
  int lookups{0};
  std::pair<double, ConfirmationDesk::Outcome> run(double from, double until, Kind kind) {
    for (double now = from; now <= until; now += 0.5) {
      const auto row = desk.start(at(now));
      if (!row) continue;
      ++lookups;
      auto outcome = desk.finish(row->id, lookup(kind), at(now));
      if (outcome.confirmed || outcome.unconfirmed || outcome.given_up) return {now, outcome};
    }
    return {until, {}};
  }
};

}  // namespace

TEST_CASE("an accepted page that PagerDuty shows is confirmed at the first look", "[deliver]") {
  ConfirmationDesk desk;
  desk.add(accepted("t"), at(0));
  CHECK_FALSE(desk.start(at(2)));
  const auto row = desk.start(at(3));
  REQUIRE(row);
  CHECK_FALSE(desk.start(at(4)));  // one at a time
  CHECK_FALSE(desk.next_due());
  const auto outcome = desk.finish("t", lookup(Kind::found), at(4));
  REQUIRE(outcome.confirmed);
  CHECK(outcome.confirmed->state == OutboxState::confirmed);
  CHECK(outcome.confirmed->provider_id == "Q1");
  CHECK(desk.waiting() == 0);
}

TEST_CASE("a page is unconfirmed after two minutes of PagerDuty's own answers", "[deliver]") {
  ConfirmationDesk desk;
  desk.add(accepted("t"), at(0));
  Watch watch{desk};
  const auto [when, outcome] = watch.run(0, 600, Kind::absent);
  REQUIRE(outcome.unconfirmed);
  CHECK(when >= 120);
  CHECK(when <= 125);
  CHECK(watch.lookups <= 8);
  CHECK(is_unconfirmed(*outcome.unconfirmed));
  CHECK(outcome.unconfirmed->state == OutboxState::accepted);
  CHECK(desk.counters().unconfirmed == 1);
}

TEST_CASE("no answer of the REST API makes a page unconfirmed", "[deliver]") {
  for (const Kind kind : {Kind::failed, Kind::refused}) {
    ConfirmationDesk desk;
    desk.add(accepted("t"), at(0));
    Watch watch{desk};
    const auto [when, outcome] = watch.run(0, 5000, kind);
    CHECK(outcome.given_up);
    CHECK_FALSE(outcome.unconfirmed);
    CHECK(when >= 3600);
    CHECK(watch.lookups < 25);
    CHECK(desk.counters().unconfirmed == 0);
    CHECK(desk.counters().unanswered == 1);
  }
}

TEST_CASE("one late absence after an outage of the REST API is not believed", "[deliver]") {
  ConfirmationDesk desk;
  desk.add(accepted("t"), at(0));
  Watch watch{desk};
  watch.run(0, 300, Kind::failed);
  const auto row = desk.start(at(700));
  REQUIRE(row);
  CHECK_FALSE(desk.finish("t", lookup(Kind::absent), at(700)).unconfirmed);
  const auto again = desk.start(at(715));
  REQUIRE(again);
  CHECK(desk.finish("t", lookup(Kind::absent), at(715)).unconfirmed);
}

TEST_CASE("Retry-After of the REST API is kept", "[deliver]") {
  ConfirmationDesk desk;
  desk.add(accepted("t"), at(0));
  REQUIRE(desk.start(at(3)));
  Lookup busy = lookup(Kind::failed);
  busy.retry_after = Seconds{60};
  desk.finish("t", busy, at(3));
  CHECK_FALSE(desk.start(at(62)));
  CHECK(desk.start(at(63)));
}

TEST_CASE("a webhook confirms before any lookup, and during one", "[deliver]") {
  ConfirmationDesk desk;
  desk.add(accepted("t"), at(0));
  CHECK_FALSE(desk.confirm(DedupKey{"another"}, "Q9"));
  REQUIRE(desk.start(at(3)));
  const auto row = desk.confirm(DedupKey{"k"}, "Q7");
  REQUIRE(row);
  CHECK(row->state == OutboxState::confirmed);
  CHECK(row->provider_id == "Q7");
  const auto late = desk.finish("t", lookup(Kind::absent), at(4));
  CHECK_FALSE(late.unconfirmed);
  CHECK(desk.waiting() == 0);
}

TEST_CASE("lookups keep their distance and their number is bounded", "[deliver]") {
  ConfirmationOptions options;
  options.waiting_max = 3;
  ConfirmationDesk desk(options);
  for (int i = 0; i < 5; ++i) desk.add(accepted("t" + std::to_string(i)), at(0));
  CHECK(desk.waiting() == 3);
  CHECK(desk.counters().unanswered == 2);
  const auto first = desk.start(at(3));
  REQUIRE(first);
  desk.finish(first->id, lookup(Kind::found), at(3));
  CHECK_FALSE(desk.start(at(3.2)));
  CHECK(desk.start(at(3.25)));
}

TEST_CASE("an unconfirmed trigger goes to the fallback once, and so does its end", "[deliver]") {
  Bench bench;
  bench.add(trigger(), 0);
  bench.send("t", SendClass::accepted, 0);
  OutboxRow row = bench.rows.at("t");
  row.last_error = unconfirmed_text(row.action);
  bench.note(bench.machine.hand_over_unconfirmed(row, at(120)));
  CHECK(bench.rows.at("t").fallback_made);
  CHECK(is_unconfirmed(bench.rows.at("t")));
  REQUIRE(bench.rows.count("t:fallback") == 1);
  CHECK(bench.count(DeliveryReport::Kind::unconfirmed) == 1);
  bench.send("t:fallback", SendClass::accepted, 120);
  bench.add(page("t2", OutboxAction::trigger, 2, 3600), 3600);  // the hourly reminder
  bench.send("t2", SendClass::accepted, 3600);
  bench.note(bench.machine.hand_over_unconfirmed(bench.rows.at("t2"), at(3720)));
  CHECK(bench.rows.count("t2:fallback") == 0);
  bench.add(resolve(4000), 4000);
  CHECK(bench.rows.count("r:fallback") == 1);
}

TEST_CASE("what was over before it was found missing is only reported", "[deliver]") {
  Bench bench;
  bench.add(trigger(), 0);
  bench.send("t", SendClass::accepted, 0);
  const OutboxRow row = bench.rows.at("t");
  bench.add(resolve(10), 10);
  bench.send("r", SendClass::accepted, 10);
  bench.note(bench.machine.hand_over_unconfirmed(row, at(120)));
  CHECK(bench.rows.count("t:fallback") == 0);
  CHECK(bench.count(DeliveryReport::Kind::unconfirmed) == 1);
}

TEST_CASE("a test message fails after a minute and a half, without a fallback", "[deliver]") {
  Bench bench;
  OutboxRow test = trigger();
  OutboxRow end = resolve();
  test.incident = end.incident = IncidentId{"test-1"};
  bench.add(test, 0);
  bench.add(end, 0);
  for (double now = 0; now <= 100; now += 0.5)
    for (const std::string& id : bench.start(now)) bench.finish(id, SendClass::transient, now);
  CHECK(bench.state("t") == OutboxState::dead);
  CHECK(bench.state("r") == OutboxState::dead);  // nothing was opened
  CHECK(bench.rows.size() == 2);
  CHECK(bench.machine.owed().empty());
}

TEST_CASE("a test message that may have opened something is closed for an hour", "[deliver]") {
  Bench bench;
  OutboxRow test = trigger();
  OutboxRow end = resolve();
  test.incident = end.incident = IncidentId{"test-1"};
  bench.add(test, 0);
  bench.add(end, 0);
  bench.send("t", SendClass::unknown, 0);
  for (double now = 1; now <= 200; now += 0.5)
    for (const std::string& id : bench.start(now))
      bench.finish(id, id == "t" ? SendClass::unknown : SendClass::transient, now);
  CHECK(bench.state("t") == OutboxState::dead);
  CHECK(bench.state("r") == OutboxState::pending);
  for (double now = 200; now <= 300; now += 0.5)
    for (const std::string& id : bench.start(now)) bench.finish(id, SendClass::accepted, now);
  CHECK(bench.state("r") == OutboxState::accepted);
}

TEST_CASE("a change event has no fallback and dies after a day or when refused", "[deliver]") {
  Bench bench;
  OutboxRow change = page("c", OutboxAction::change, 0, 0, "kc");
  change.incident = IncidentId{"change-c"};
  bench.add(change, 0);
  for (double now = 0; now < 600; now += 1)
    for (const std::string& id : bench.start(now)) bench.finish(id, SendClass::transient, now);
  CHECK(bench.rows.size() == 1);
  // Its failures say nothing about pages.
  bench.add(page("t", OutboxAction::trigger, 0, 600, "kt"), 600);
  const auto sent = bench.start(600);
  CHECK(std::count(sent.begin(), sent.end(), "t") == 1);
  bench.finish("t", SendClass::accepted, 600);
  CHECK(bench.rows.count("t:fallback") == 0);
  bench.start(86'399);
  CHECK(bench.state("c") != OutboxState::dead);
  bench.finish("c", SendClass::transient, 86'399.5);
  bench.start(86'400);
  CHECK(bench.state("c") == OutboxState::dead);
  OutboxRow refused = page("d", OutboxAction::change, 0, 90'000, "kd");
  bench.add(refused, 90'000);
  bench.start(90'000);
  bench.finish("d", SendClass::rejected, 90'000);
  CHECK(bench.state("d") == OutboxState::dead);
}
