// The deliverer on a turn whose database is slow: what it stores is stored once.
#include <catch2/catch.hpp>
#include <deque>

#include "common/async/task_group.h"
#include "controller/deliver/deliverer.h"
#include "controller/turn/turn.h"
#include "tests/support/held_pool.h"
#include "tests/support/memory_store.h"
#include "tests/support/scripted_http.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::controller;

namespace {

struct Desk {
  boost::asio::io_context context;
  sim::SimClock clock{context.get_executor(), WallTime::from_unix_ms(1'795'314'600'000)};
  test::ScriptedHttp http{clock};
  test::HeldPool pool;
  std::unique_ptr<Store> store{test::open_store()};
  Turn turn{{context.get_executor(), clock, pool, *store},
            IncidentBook{BookSettings{.install_id = "install"}},
            TurnOptions{}};
  Deliverer deliverer{
      {context.get_executor(), clock, http,
       [this](WriteSet rows) { return turn.commit_rows(std::move(rows)); }, nullptr, nullptr},
      {},
      Random{1},
      {}};
  async::TaskGroup group{context.get_executor()};

  Desk() {
    REQUIRE(turn.restore().has_value());
    group.spawn("commits", turn.commit_loop());
    group.spawn("deliver", deliverer.run());
    run(Seconds{1});
  }
  void run(Nanos span) { sim::run_for(context, clock, span); }
};

// To a receiver that nobody knows: each attempt fails, and the timeline says so once.
OutboxRow page(WallTime due) {
  OutboxRow row;
  row.id = "a/0";
  row.incident = IncidentId{"a"};
  row.receiver = "nobody";
  row.route_json = R"({"receiver":"nobody"})";
  row.payload_json = "{}";
  row.key = DedupKey{"a"};
  row.due = due;
  row.next_attempt = due;
  return row;
}

}  // namespace

TEST_CASE("lines of timelines that wait for a slow database are stored once", "[turn]") {
  Desk desk;
  desk.pool.held = true;
  desk.deliverer.add({page(desk.clock.wall_now())});
  desk.run(minutes{10});
  desk.pool.release();
  desk.run(Seconds{1});
  const auto lines = desk.store->timeline(IncidentId{"a"}).value();
  REQUIRE(lines.size() == 1);
  CHECK(lines.front().kind == "page_problem");
  CHECK(desk.deliverer.counters().sent_uncommitted > 0);
}

TEST_CASE("a shutdown does not wait for a database that hangs", "[turn]") {
  Desk desk;
  desk.pool.held = true;
  desk.deliverer.add({page(desk.clock.wall_now())});
  desk.run(Seconds{30});
  const MonoTime began = desk.clock.now();
  std::optional<MonoTime> ended;
  const auto stop = [&]() -> async::Task<void> {
    co_await desk.deliverer.drain(Deadline::after(desk.clock.now(), Seconds{5}));
    ended = desk.clock.now();
  };
  desk.group.spawn("stop", stop());
  desk.run(minutes{1});
  REQUIRE(ended);
  CHECK(*ended - began <= Seconds{5});
  desk.pool.release();
  desk.run(Seconds{1});
}
