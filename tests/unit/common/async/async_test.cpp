#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <stdexcept>

#include "common/async/offload.h"
#include "common/async/task_group.h"
#include "common/async/with_deadline.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;

namespace {

struct World {
  boost::asio::io_context context{1};
  sim::SimClock clock{context.get_executor(), WallTime::from_unix_ms(1'000'000)};
  async::TaskGroup group{context.get_executor()};
};

async::Task<int> sleep_then(async::Clock& clock, Nanos span, int value) {
  co_await clock.sleep_for(span);
  co_return value;
}

async::Task<int> sleep_then_throw(async::Clock& clock, Nanos span) {
  co_await clock.sleep_for(span);
  throw std::runtime_error("boom");
}

async::Task<void> record(async::Clock& clock, Nanos limit, async::Task<int> work,
                         std::optional<int>& out, MonoTime& ended) {
  out = co_await async::with_deadline(clock, Deadline::after(clock.now(), limit), std::move(work));
  ended = clock.now();
}

}  // namespace

TEST_CASE("work inside its deadline returns its value", "[async]") {
  World w;
  std::optional<int> out;
  MonoTime ended;
  w.group.spawn("t", record(w.clock, Seconds{5}, sleep_then(w.clock, Seconds{1}, 7), out, ended));
  sim::run_for(w.context, w.clock, hours{1});
  CHECK(out == 7);
  CHECK(ended.since_boot == Seconds{1});
  CHECK(w.group.size() == 0);
}

TEST_CASE("work beyond its deadline is cancelled at the deadline", "[async]") {
  World w;
  std::optional<int> out = 1;
  MonoTime ended;
  w.group.spawn("t", record(w.clock, Seconds{5}, sleep_then(w.clock, hours{1}, 7), out, ended));
  sim::run_for(w.context, w.clock, hours{2});
  CHECK_FALSE(out.has_value());
  CHECK(ended.since_boot == Seconds{5});
}

TEST_CASE("an exception of the work passes through at once", "[async]") {
  World w;
  bool caught = false;
  const auto task = [](World& world, bool& flag) -> async::Task<void> {
    async::Task<int> work = sleep_then_throw(world.clock, Seconds{1});
    try {
      co_await async::with_deadline(world.clock, Deadline::after(world.clock.now(), hours{1}),
                                    std::move(work));
    } catch (const std::runtime_error&) {
      flag = true;
    }
  };
  w.group.spawn("t", task(w, caught));
  sim::run_for(w.context, w.clock, Seconds{2});
  CHECK(caught);
}

TEST_CASE("a group cancels and joins its tasks", "[async]") {
  World w;
  bool joined = false;
  const auto sleeper = [](World& world) -> async::Task<void> {
    co_await world.clock.sleep_for(hours{10});
  };
  const auto joiner = [](World& world, async::TaskGroup& group, bool& flag) -> async::Task<void> {
    co_await world.clock.sleep_for(Seconds{3});
    group.cancel_all();
    co_await group.join();
    flag = true;
  };
  async::TaskGroup group{w.context.get_executor()};
  for (int i = 0; i < 3; ++i) group.spawn("sleeper", sleeper(w));
  w.group.spawn("joiner", joiner(w, group, joined));
  sim::run_for(w.context, w.clock, Seconds{4});
  CHECK(joined);
  CHECK(group.size() == 0);
  CHECK_FALSE(w.clock.next_deadline().has_value());
}

TEST_CASE("a task that is cancelled before it begins never runs", "[async]") {
  World w;
  std::optional<int> out;
  MonoTime ended;
  w.group.spawn("early",
                record(w.clock, Seconds{5}, sleep_then(w.clock, Seconds{1}, 1), out, ended));
  w.group.cancel_all();
  REQUIRE_NOTHROW(w.context.run());
  CHECK_FALSE(out);
  CHECK(w.group.size() == 0);
}

TEST_CASE("offloaded work returns on the caller's executor", "[async]") {
  for (const bool inline_pool : {true, false}) {
    boost::asio::io_context context{1};
    async::TaskGroup group{context.get_executor()};
    auto pool = inline_pool ? async::create_inline_pool() : async::create_thread_pool(1);
    int got = 0;
    const auto task = [](async::BlockingPool& p, int& out) -> async::Task<void> {
      const auto work = [] { return 42; };
      out = co_await async::offload(p, work);
    };
    group.spawn("t", task(*pool, got));
    context.run();
    CHECK(got == 42);
  }
}

TEST_CASE("a stepped machine clock does not move disciplined time", "[async]") {
  struct Stepped final : async::Clock {
    MonoTime mono{Seconds{10}};
    WallTime wall{WallTime::from_unix_ms(1'000'000)};
    MonoTime now() const override { return mono; }
    WallTime wall_now() const override { return wall; }
    async::Task<void> sleep_until(MonoTime) override { co_return; }
  } base;
  async::DisciplinedClock clock{base};
  base.mono = base.mono + Seconds{5};
  base.wall = base.wall + hours{24};
  CHECK(clock.wall_now().unix_ms() == 1'005'000);
  CHECK(clock.machine_skew() == hours{24} - Seconds{5});
  clock.discipline(WallTime::from_unix_ms(1'005'040), base.mono, Millis{50});
  CHECK(clock.wall_now().unix_ms() == 1'005'000);
  clock.discipline(WallTime::from_unix_ms(2'000'000), base.mono, Millis{50});
  CHECK(clock.wall_now().unix_ms() == 2'000'000);
}
