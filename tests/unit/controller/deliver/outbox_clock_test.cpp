// Rows of a clock that was ahead, and clocks that are set while rows wait.
#include <catch2/catch.hpp>

#include "tests/support/outbox_bench.h"

using namespace picket;
using namespace picket::test::outbox;

namespace {

constexpr double kAhead = 7200;
const std::vector<std::string> kNothing;

}  // namespace

TEST_CASE("a row that is due later is sent now, its fallback in time", "[deliver]") {
  Bench bench;
  bench.add(trigger(kAhead), 0);
  bench.send("t", SendClass::transient, 0);
  bench.start(56);
  CHECK(bench.rows.count("t:fallback") == 1);
}

TEST_CASE("a resolve that is due later is given up a day after it came", "[deliver]") {
  Bench bench;
  bench.add(resolve(kAhead), 0);
  bench.send("r", SendClass::transient, 0);
  bench.start(24 * 3600 + 1);
  CHECK(bench.state("r") == OutboxState::dead);
}

TEST_CASE("what a start finds of a clock that was ahead is sent at once", "[deliver]") {
  Bench before;
  before.add(trigger(kAhead), kAhead);
  before.send("t", SendClass::transient, kAhead);  // to be tried again soon, by that clock
  Bench bench;
  bench.note(bench.machine.restore(before.stored(), at(10)));
  CHECK(bench.machine.next_due(at(10)) == at(10));
  bench.send("t", SendClass::accepted, 10);
}

TEST_CASE("a start keeps the waits that have a reason", "[deliver]") {
  Bench before;
  before.add(trigger(), 0);
  before.send("t", SendClass::unknown, 0);
  before.send("t", SendClass::accepted, 2);
  before.add(resolve(10), 10);
  before.send("r", SendClass::accepted, 10);  // fences follow 30 s and 5 min later
  Bench bench;
  bench.note(bench.machine.restore(before.stored(), at(11)));
  CHECK(bench.start(39) == kNothing);
  bench.send("r", SendClass::accepted, 40);
  Bench after;
  after.note(after.machine.restore(bench.stored(), at(41)));
  CHECK(after.start(300) == kNothing);
  after.send("r", SendClass::accepted, 310);
}

TEST_CASE("a clock that is set makes no row older or younger", "[deliver]") {
  for (const double step : {-kAhead, kAhead, 40.0 * 24 * 3600}) {
    INFO("by " << step << " s");
    const auto by = Millis{static_cast<std::int64_t>(step * 1000)};
    const double start = 2 * kAhead;
    Bench bench;
    bench.add(trigger(start), start);
    bench.send("t", SendClass::transient, start);
    bench.add(resolve(start + 1), start + 1);
    bench.machine.clock_stepped(by);
    CHECK(bench.start(start + step + 1) == kNothing);  // the schedule says 2 s
    bench.send("t", SendClass::transient, start + step + 2);
    CHECK(bench.rows.count("t:fallback") == 0);
    bench.start(start + step + 56);
    CHECK(bench.rows.count("t:fallback") == 1);
    CHECK(bench.count(DeliveryReport::Kind::dead) == 0);
  }
}

TEST_CASE("the pace of a channel survives a clock that is set back", "[deliver]") {
  const ChannelLimits limits = limits_of(ReceiverKind::slack, {});
  Channel channel;
  channel.started(at(kAhead));
  channel.clock_stepped(-Millis{7'200'000});
  CHECK(channel.free_at(Severity::critical, at(1), limits) == at(1.1));
  CHECK(channel.free_at(Severity::critical, at(2), limits) == at(2));
}
