#include "controller/reload/reloader.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <functional>

#include "common/async/task_group.h"
#include "tests/support/held_pool.h"
#include "tests/support/memory_store.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kStart = *parse_rfc3339("2026-11-22T02:30:00Z");

checks::LoadedChecks loaded(const std::vector<std::string>& names) {
  checks::LoadedChecks made;
  for (const std::string& name : names) {
    Check check;
    check.name = CheckName{name};
    check.regions.all = true;
    made.checks.push_back(check);
  }
  return made;
}

// Runs what it is given when the test says so: loads that overtake one another.
struct HeldPool final : async::BlockingPool {
  void post(std::function<void()> one) override { work.push_back(std::move(one)); }
  void run(std::size_t index) { work.at(index)(); }
  std::vector<std::function<void()>> work;
};

struct World {
  boost::asio::io_context context;
  sim::SimClock clock{context.get_executor(), kStart};
  std::unique_ptr<async::BlockingPool> pool{async::create_inline_pool()};
  std::unique_ptr<Store> store{test::open_store()};
  Turn turn{{context.get_executor(), clock, *pool, *store}, IncidentBook{{}}, {}};
  Dispatch dispatch{{context.get_executor(), clock, turn}, {}};
  std::vector<std::string> files{"a", "b"};
  Reloader reloader{{context.get_executor(), clock, *pool, turn, dispatch},
                    [this] { return Result<checks::LoadedChecks>{loaded(files)}; },
                    [] { return std::string{}; }};
  async::TaskGroup group{context.get_executor()};
  std::vector<std::string> applied;

  World() {
    REQUIRE(turn.restore());
    REQUIRE(reload());
  }
  bool reload() {
    bool fine = false;
    const auto run = [](Reloader& r, bool& out) -> async::Task<void> {
      out = (co_await r.reload(false)).has_value();
    };
    group.spawn("reload", run(reloader, fine));
    sim::run_for(context, clock, Seconds{1});
    return fine;
  }
  Status exchange(Reloader::Load load, std::function<Status(const ActiveChecks&)> judge) {
    Status answer = fail(ErrorCode::timeout, "no answer");
    Reloader::Exchange next{std::move(load), std::move(judge),
                            [this] { applied.push_back("applied"); }};
    const auto run = [](Reloader& r, Reloader::Exchange e, Status& out) -> async::Task<void> {
      out = co_await r.exchange(std::move(e));
    };
    group.spawn("exchange", run(reloader, std::move(next), answer));
    sim::run_for(context, clock, Seconds{1});
    return answer;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& [name, active] : reloader.active()) out.push_back(name.value);
    return out;
  }
};

using Names = std::vector<std::string>;

Status fine(const ActiveChecks&) { return {}; }

}  // namespace

TEST_CASE("an exchange brings checks and settings into force together", "[reload]") {
  World world;
  std::size_t judged = 0;
  const auto judge = [&](const ActiveChecks& checks) {
    judged = checks.size();
    return Status{};
  };
  REQUIRE(world.exchange([] { return loaded({"a", "b", "c"}); }, judge));
  CHECK(judged == 3);  // as they will be
  CHECK(world.names() == Names{"a", "b", "c"});
  CHECK(world.applied.size() == 1);
  world.files = {"x"};
  REQUIRE(world.reload());
  CHECK(world.names() == Names{"a", "b", "c"});  // it loads the new way from now on
}

TEST_CASE("an exchange that is refused changes nothing", "[reload]") {
  World world;
  const auto refuse = [](const ActiveChecks&) -> Status {
    return fail(ErrorCode::invalid_config, "no");
  };
  const Status refused = world.exchange([] { return loaded({"a", "b", "c"}); }, refuse);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "no");
  CHECK(world.applied.empty());
  CHECK(world.names() == Names{"a", "b"});
  world.files = {"a", "b", "d"};
  REQUIRE(world.reload());
  CHECK(world.names() == Names{"a", "b", "d"});  // by the old way
}

TEST_CASE("check files that cannot be read refuse no exchange: what is in force is judged",
          "[reload]") {
  World world;
  std::size_t judged = 0;
  const auto judge = [&](const ActiveChecks& checks) {
    judged = checks.size();
    return Status{};
  };
  const auto load = []() -> Result<checks::LoadedChecks> {
    return fail(ErrorCode::not_found, "no such directory");
  };
  REQUIRE(world.exchange(load, judge));
  CHECK(judged == 2);
  CHECK(world.applied.size() == 1);
  CHECK(world.names() == Names{"a", "b"});
  CHECK(world.reloader.view().errors == 1);
}

TEST_CASE("an exchange that would remove all checks waits with them, and judges those",
          "[reload]") {
  World world;
  std::size_t judged = 0;
  const auto judge = [&](const ActiveChecks& checks) {
    judged = checks.size();
    return Status{};
  };
  REQUIRE(world.exchange([] { return loaded({}); }, judge));
  CHECK(judged == 2);
  CHECK(world.names() == Names{"a", "b"});
  CHECK_FALSE(world.reloader.view().waits_for.empty());
}

TEST_CASE("a load that an exchange overtook is done again, the new way", "[reload]") {
  World world;
  HeldPool held;
  Reloader reloader{{world.context.get_executor(), world.clock, held, world.turn, world.dispatch},
                    [] {
                      return Result<checks::LoadedChecks>{loaded({"a", "old"})};
                    },
                    [] { return std::string{}; }};
  bool reloaded = false;
  const auto reload = [](Reloader& r, bool& out) -> async::Task<void> {
    out = (co_await r.reload(false)).has_value();
  };
  Status exchanged = fail(ErrorCode::timeout, "no answer");
  const auto exchange = [](Reloader& r, Reloader::Exchange e, Status& out) -> async::Task<void> {
    out = co_await r.exchange(std::move(e));
  };
  const auto settle = [&] { sim::run_for(world.context, world.clock, Seconds{1}); };
  world.group.spawn("reload", reload(reloader, reloaded));
  settle();
  Reloader::Exchange next{[] { return loaded({"a", "new"}); }, fine, [] {}};
  world.group.spawn("exchange", exchange(reloader, std::move(next), exchanged));
  settle();
  REQUIRE(held.work.size() == 2);
  held.run(1);  // the exchange's load is there first
  settle();
  REQUIRE(exchanged);
  CHECK(reloader.active().count(CheckName{"new"}) == 1);
  held.run(0);  // what was loaded the old way comes late
  settle();
  CHECK_FALSE(reloaded);
  CHECK(reloader.active().count(CheckName{"old"}) == 0);
  REQUIRE(held.work.size() == 3);
  held.run(2);
  settle();
  CHECK(reloaded);
  CHECK(reloader.active().count(CheckName{"new"}) == 1);
}
