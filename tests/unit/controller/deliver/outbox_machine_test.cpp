#include <catch2/catch.hpp>

#include "controller/deliver/outbox_machine.h"
#include "controller/deliver/page_content.h"
#include "tests/support/outbox_bench.h"

using namespace picket;
using namespace picket::test::outbox;
using Kind = DeliveryReport::Kind;

namespace {

const std::vector<std::string> kNothing;

OutboxRow of_alert(OutboxRow row) {
  row.alert_key = "checkout, down, main";
  return row;
}

// One episode that is over at 10 s, its resolve not accepted at 10 s; the next one begins at 11 s.
void fail_twice(Bench& bench) {
  bench.add(of_alert(page("t1", OutboxAction::trigger, 0, 0, "a")), 0);
  bench.send("t1", SendClass::accepted, 0);
  bench.add(of_alert(page("r1", OutboxAction::resolve, 1, 10, "a")), 10);
  bench.send("r1", SendClass::transient, 10);
  bench.add(of_alert(page("t2", OutboxAction::trigger, 0, 11, "b")), 11);
}

}  // namespace

TEST_CASE("a trigger waits until its alert's earlier episode is resolved", "[deliver]") {
  Bench bench;
  fail_twice(bench);
  bench.send("r1", SendClass::transient, 11);  // hastened: the trigger waits for it
  CHECK(bench.start(12) == kNothing);
  CHECK(bench.machine.next_due(at(12)) > at(12));
  const double later = (bench.rows.at("r1").next_attempt - at(0)).count() / 1000.0;
  bench.send("r1", SendClass::accepted, later);
  bench.send("t2", SendClass::accepted, later);
}

TEST_CASE("a restored machine still keeps the episodes of an alert apart", "[deliver]") {
  Bench before;
  fail_twice(before);
  Bench bench;
  bench.rows = before.rows;
  bench.note(bench.machine.restore(before.stored(), at(12)));
  bench.send("r1", SendClass::accepted, 20);
  bench.send("t2", SendClass::accepted, 20);
}

TEST_CASE("a resolve that nobody takes holds the next trigger for 55 s, not longer", "[deliver]") {
  Bench bench;
  fail_twice(bench);
  for (double now = 11; now < 66; now += 0.5)
    for (const std::string& id : bench.start(now)) {
      CHECK(id != "t2");
      bench.finish(id, SendClass::transient, now);
    }
  const auto sent = bench.start(66);
  CHECK(std::count(sent.begin(), sent.end(), "t2") == 1);
}

TEST_CASE("episodes of other alerts do not wait for one another", "[deliver]") {
  Bench bench;
  fail_twice(bench);
  bench.add(page("t3", OutboxAction::trigger, 0, 11, "c"), 11);
  const auto sent = bench.start(11);
  CHECK(std::count(sent.begin(), sent.end(), "t3") == 1);
}

TEST_CASE("each answer to a first trigger leads where the table says", "[deliver]") {
  struct Line {
    SendClass kind;
    OutboxState state;
    bool ever_unknown;
    std::uint32_t degrade_level;
    double next_s;
    bool fallback;
  };
  const Line table[] = {
      {SendClass::accepted, OutboxState::accepted, false, 0, 0, false},
      {SendClass::not_sent, OutboxState::pending, false, 0, 2, false},
      {SendClass::transient, OutboxState::pending, false, 0, 2, false},
      {SendClass::unknown, OutboxState::unknown, true, 0, 2, false},
      {SendClass::suspect, OutboxState::unknown, true, 0, 2, false},
      {SendClass::rejected, OutboxState::pending, false, 1, 0, false},
      {SendClass::misrouted, OutboxState::pending, false, 0, 60, true},
      {SendClass::misconfigured, OutboxState::pending, false, 0, 60, true},
  };
  for (const Line& line : table) {
    INFO(to_string(line.kind));
    Bench bench;
    bench.add(trigger(), 0);
    REQUIRE(bench.start(0) == std::vector<std::string>{"t"});
    CHECK(bench.state("t") == OutboxState::in_flight);
    bench.finish("t", line.kind, 0);
    const OutboxRow& row = bench.rows.at("t");
    CHECK(to_string(row.state) == to_string(line.state));
    CHECK(row.attempts == 1);
    CHECK(row.ever_unknown == line.ever_unknown);
    CHECK(row.degrade_level == line.degrade_level);
    CHECK(row.fallback_made == line.fallback);
    CHECK(row.finished.has_value() == (line.kind == SendClass::accepted));
    if (!row.finished) CHECK(row.next_attempt == at(line.next_s));
    CHECK(bench.rows.count("t:fallback") == (line.fallback ? 1 : 0));
  }
}

TEST_CASE("a failure after an unknown attempt stays unknown", "[deliver]") {
  for (const SendClass kind : {SendClass::not_sent, SendClass::transient, SendClass::rejected,
                               SendClass::misconfigured, SendClass::misrouted}) {
    INFO(to_string(kind));
    Bench bench;
    bench.add(trigger(), 0);
    bench.send("t", SendClass::unknown, 0);
    bench.send("t", kind, 2);
    CHECK(bench.state("t") == OutboxState::unknown);
  }
}

TEST_CASE("the next of a key waits until the one before it is accepted or dead", "[deliver]") {
  for (const SendClass kind : {SendClass::not_sent, SendClass::unknown, SendClass::transient}) {
    Bench bench;
    bench.add(resolve(), 0);
    bench.add(trigger(), 0);
    bench.send("t", kind, 0);
    CHECK(bench.start(1) == kNothing);
    bench.send("t", SendClass::accepted, 2);
    CHECK(bench.start(2) == std::vector<std::string>{"r"});
  }
}

TEST_CASE("rows of one key are never in flight together, other keys are", "[deliver]") {
  Bench bench;
  bench.add(page("a1", OutboxAction::trigger, 1, 0, "a"), 0);
  bench.add(page("a2", OutboxAction::acknowledge, 2, 0, "a"), 0);
  bench.add(page("b1", OutboxAction::trigger, 1, 0, "b"), 0);
  CHECK(bench.start(0) == std::vector<std::string>{"a1", "b1"});
  CHECK(bench.start(0) == kNothing);
  bench.finish("a1", SendClass::accepted, 0);
  CHECK(bench.start(0) == std::vector<std::string>{"a2"});
}

TEST_CASE("a rejected trigger says less and less, at once, then goes to the fallback",
          "[deliver]") {
  Bench bench;
  bench.add(trigger(), 0);
  for (std::uint32_t level = 0; level < kDegradeLevelMax; ++level) {
    CHECK(bench.rows.at("t").degrade_level == level);
    bench.send("t", SendClass::rejected, 0);
    CHECK(bench.reports.empty());
  }
  bench.send("t", SendClass::rejected, 0);
  CHECK(bench.rows.at("t").degrade_level == kDegradeLevelMax);
  CHECK(bench.reports == std::vector<Kind>{Kind::rejected, Kind::fallback});
  CHECK(bench.rows.at("t").next_attempt == at(60));
  CHECK(bench.start(0) == std::vector<std::string>{"t:fallback"});
}

TEST_CASE("a rejected resolve has nothing to say less of: fallback at once", "[deliver]") {
  Bench bench;
  bench.add(trigger(), 0);
  bench.send("t", SendClass::accepted, 0);
  bench.add(resolve(1), 1);
  bench.send("r", SendClass::rejected, 1);
  CHECK(bench.rows.at("r").next_attempt == at(61));
  CHECK(bench.start(1) == std::vector<std::string>{"r:fallback"});
}

TEST_CASE("a resolve is fenced when a trigger of its episode was ever unknown", "[deliver]") {
  Bench bench;
  bench.add(trigger(), 0);
  bench.send("t", SendClass::unknown, 0);
  bench.send("t", SendClass::accepted, 2);
  bench.add(resolve(10), 10);
  bench.send("r", SendClass::accepted, 10);
  CHECK(bench.rows.at("r").fences_left == 2);
  CHECK_FALSE(bench.rows.at("r").finished);
  CHECK(bench.start(39) == kNothing);
  bench.send("r", SendClass::accepted, 40);
  CHECK(bench.start(309) == kNothing);
  bench.send("r", SendClass::accepted, 310);
  CHECK(bench.rows.at("r").finished == at(310));
  CHECK(bench.machine.owed().empty());
  CHECK(bench.count(Kind::accepted) == 2);
}

TEST_CASE("a resolve is not said again where a late trigger opens nothing", "[deliver]") {
  for (const auto kind : {ReceiverKind::slack, ReceiverKind::alertmanager, ReceiverKind::email}) {
    Bench bench;
    Receiver main = receiver("main");
    main.kind = kind;
    bench.directory.set({main});
    for (OutboxRow row : {trigger(), resolve(10)}) {
      row.route_json = render_route(main);
      const double due = row.due.unix_ms() / 1000.0;
      bench.add(row, due);
      if (row.action == OutboxAction::trigger) bench.send(row.id, SendClass::unknown, due);
      bench.send(row.id, SendClass::accepted, due + 2);
    }
    CHECK(bench.rows.at("r").finished == at(12));
  }
}

TEST_CASE("a resolve of known triggers is not fenced", "[deliver]") {
  Bench bench;
  bench.add(trigger(), 0);
  bench.send("t", SendClass::transient, 0);
  bench.send("t", SendClass::accepted, 2);
  bench.add(resolve(10), 10);
  bench.send("r", SendClass::accepted, 10);
  CHECK(bench.rows.at("r").finished == at(10));
}

TEST_CASE("a fence that fails is repeated and does not undo the acceptance", "[deliver]") {
  Bench bench;
  bench.add(trigger(), 0);
  bench.send("t", SendClass::unknown, 0);
  bench.send("t", SendClass::accepted, 2);
  bench.add(resolve(10), 10);
  bench.send("r", SendClass::accepted, 10);
  bench.send("r", SendClass::transient, 40);
  CHECK(bench.state("r") == OutboxState::accepted);
  CHECK(bench.rows.at("r").fences_left == 2);
  bench.send("r", SendClass::accepted, 100);
  CHECK(bench.rows.at("r").fences_left == 1);
}

TEST_CASE("a later row of the key ends the fences: they would undo it", "[deliver]") {
  Bench bench;
  bench.add(trigger(), 0);
  bench.send("t", SendClass::unknown, 0);
  bench.send("t", SendClass::accepted, 2);
  bench.add(resolve(10), 10);
  bench.send("r", SendClass::accepted, 10);
  bench.add(page("again", OutboxAction::trigger, 10, 20), 20);
  CHECK(bench.rows.at("r").finished == at(20));
  bench.send("again", SendClass::accepted, 20);
  CHECK(bench.start(1000) == kNothing);
}

TEST_CASE("a channel that works again is used at once by what waits for it", "[deliver]") {
  Bench bench;
  bench.add(page("a", OutboxAction::trigger, 1, 0, "a"), 0);
  bench.add(page("b", OutboxAction::trigger, 1, 0, "b"), 0);
  double now = 0;
  for (int i = 0; i < 6; ++i) {
    for (const std::string& id : bench.start(now))
      bench.finish(id, id.size() > 1 ? SendClass::accepted : SendClass::not_sent, now);
    now += 40;
  }
  const auto ready = bench.start(now);
  REQUIRE(!ready.empty());
  bench.finish(ready.front(), SendClass::accepted, now);
  for (std::size_t i = 1; i < ready.size(); ++i) bench.finish(ready[i], SendClass::accepted, now);
  CHECK(bench.machine.next_due(at(now)).value_or(at(now)) <= at(now));
}

TEST_CASE("Retry-After holds the row, also when its channel works for others", "[deliver]") {
  Bench bench;
  bench.add(page("a", OutboxAction::trigger, 1, 0, "a"), 0);
  bench.add(page("b", OutboxAction::trigger, 1, 0, "b"), 0);
  REQUIRE(bench.start(0).size() == 2);
  SendResult throttled = result(SendClass::transient);
  throttled.retry_after = Seconds{40};
  bench.note(bench.machine.finish("a", throttled, at(1)));
  bench.finish("b", SendClass::accepted, 1);
  CHECK(bench.start(40) == kNothing);
  CHECK(bench.start(41) == std::vector<std::string>{"a"});
}

TEST_CASE("criticals go first, and the rate stays below 100 a minute", "[deliver]") {
  OutboxOptions options;
  options.channel.in_flight = 1000;
  options.in_flight_max = 1000;
  options.in_flight_primary_max = 1000;
  Bench bench(options);
  for (int i = 0; i < 200; ++i) {
    OutboxRow row =
        page("w" + std::to_string(i), OutboxAction::trigger, 1, 0, "w" + std::to_string(i));
    row.severity = Severity::warning;
    bench.add(row, 0);
  }
  for (int i = 0; i < 50; ++i)
    bench.add(page("c" + std::to_string(i), OutboxAction::trigger, 1, 0, "c" + std::to_string(i)),
              0);
  const auto sent = bench.start(0);
  CHECK(sent.size() == 80);
  CHECK(std::all_of(sent.begin(), sent.begin() + 50, [](const auto& id) { return id[0] == 'c'; }));
  bench.add(page("late", OutboxAction::trigger, 1, 1, "late"), 1);
  CHECK(bench.start(1) == std::vector<std::string>{"late"});
  for (const std::string& id : sent) bench.finish(id, SendClass::accepted, 1);
  CHECK(bench.start(30) == kNothing);
  CHECK(bench.start(60.5).size() >= 79);
}

TEST_CASE("the third suspect answer is reported, once", "[deliver]") {
  Bench bench;
  bench.directory.set({receiver("main")});
  bench.add(trigger(), 0);
  double now = 0;
  for (int i = 1; i <= 6; ++i) {
    bench.send("t", SendClass::suspect, now);
    CHECK(bench.count(Kind::suspect) == (i >= 3 ? 1 : 0));
    now += 100;
  }
}

TEST_CASE("rows that owe nothing are left alone, and known rows are not doubled", "[deliver]") {
  Bench bench;
  OutboxRow suppressed = page("s", OutboxAction::trigger, 1);
  suppressed.state = OutboxState::suppressed;
  OutboxRow done = page("d", OutboxAction::trigger, 2);
  done.state = OutboxState::accepted;
  done.finished = at(0);
  bench.add(suppressed, 0);
  bench.add(done, 0);
  CHECK(bench.start(0) == kNothing);
  bench.add(trigger(), 0);
  bench.add(trigger(), 0);
  CHECK(bench.start(0) == std::vector<std::string>{"t"});
  bench.finish("nobody", SendClass::accepted, 0);
  bench.finish("t", SendClass::accepted, 0);
  bench.finish("t", SendClass::transient, 0);
  CHECK(bench.state("t") == OutboxState::accepted);
}

TEST_CASE("a row with an unreadable route goes by its receiver's name", "[deliver]") {
  Bench bench;
  OutboxRow row = trigger();
  row.route_json = "nonsense";
  bench.add(row, 0);
  bench.start(0);
  CHECK(parse_route(bench.rows.at("t").route_json)->url == "https://main.example");
}

TEST_CASE("a resolve that a person made at the receiver is sent only where a trigger is owed",
          "[deliver]") {
  const bool owed = GENERATE(false, true);
  Bench bench;
  bench.add(page("t", OutboxAction::trigger, 0, 0), 0);
  if (!owed) bench.send("t", SendClass::accepted, 0);
  OutboxRow dropped = page("r", OutboxAction::resolve, 1, 10);
  dropped.state = OutboxState::suppressed;
  dropped.finished = at(10);
  bench.add(dropped, 10);
  if (!owed) {
    CHECK(bench.start(11) == kNothing);
    CHECK(bench.rows.at("r").state == OutboxState::suppressed);
    return;
  }
  bench.send("t", SendClass::accepted, 11);
  bench.send("r", SendClass::accepted, 11);  // the trigger came after the person's word
  CHECK(bench.rows.at("r").state == OutboxState::accepted);
}

TEST_CASE("so it is when the controller died between the person's word and the trigger",
          "[deliver]") {
  Bench before;
  before.add(page("t", OutboxAction::trigger, 0, 0), 0);
  OutboxRow dropped = page("r", OutboxAction::resolve, 1, 10);
  dropped.state = OutboxState::suppressed;
  dropped.finished = at(10);
  Bench bench;
  bench.rows = before.rows;
  bench.rows["r"] = dropped;
  bench.note(bench.machine.restore(bench.stored(), at(12)));
  bench.send("t", SendClass::accepted, 12);
  bench.send("r", SendClass::accepted, 12);
}
