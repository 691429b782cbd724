#include "controller/turn/turn.h"

#include <catch2/catch.hpp>

#include "common/async/task_group.h"
#include "controller/ingest/duration_scale.h"
#include "tests/support/evaluation_world.h"
#include "tests/support/memory_store.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::controller;

namespace {

// A controller's heart from a start to its death; the store lives on.
struct Life {
  boost::asio::io_context context;
  sim::SimClock clock;
  std::unique_ptr<async::BlockingPool> pool{async::create_inline_pool()};
  async::TaskGroup group{context.get_executor()};
  Turn turn;

  Life(Store& store, WallTime start)
      : clock(context.get_executor(), start),
        turn({context.get_executor(), clock, *pool, store},
             IncidentBook{BookSettings{.install_id = "install"}}, TurnOptions{}) {
    REQUIRE(turn.restore().has_value());
    group.spawn("commit", turn.commit_loop());
    run(Seconds{1});
  }
  void run(Nanos span) { sim::run_for(context, clock, span); }
};

CheckDefined defined(const std::string& name) {
  return {test::make_check(name), Revision{std::string(64, '1')}, test::make_regions(3)};
}

}  // namespace

TEST_CASE("a check that was deleted after a checkpoint stays deleted over a restart", "[turn]") {
  const auto store = test::open_store();
  const WallTime start = WallTime::from_unix_ms(1'795'314'600'000);
  {
    Life life{*store, start};
    life.turn.record(defined("kept"));
    life.turn.record(defined("deleted"));
    life.turn.checkpoint();
    life.run(Seconds{1});
    life.turn.record(CheckRemoved{CheckName{"deleted"}});
    life.run(Seconds{1});
  }
  {
    // The log behind the checkpoint is folded here, then a checkpoint hides it.
    Life life{*store, start + minutes{1}};
    CHECK(life.turn.evaluator().checks() == std::vector{CheckName{"kept"}});
    life.turn.checkpoint();
    life.run(Seconds{1});
  }
  Life life{*store, start + minutes{2}};
  CHECK(life.turn.evaluator().checks() == std::vector{CheckName{"kept"}});
}

TEST_CASE("rounds that another interval closes are slots of the interval before", "[turn]") {
  const auto store = test::open_store();
  const WallTime start = WallTime::from_unix_ms(1'795'314'600'000);
  Life life{*store, start};
  CheckDefined definition = defined("shop");
  life.turn.record(definition);
  const Check check = definition.check;
  const WallTime round = start + check.interval;
  life.run(minutes{7});
  test::RunSpec pass;
  life.turn.record(
      RunReceived{test::make_run(check, definition.regions[0], life.turn.now(), pass), "agent"});
  definition.check.interval = minutes{1};
  life.turn.record(definition);
  const auto state = [&](Millis interval) {
    return life.turn.ledger().state({check.name, definition.regions[1], round}, interval);
  };
  CHECK(state(check.interval) == LedgerCode::missed_offline);
  CHECK(state(minutes{1}) == LedgerCode::open);
}

TEST_CASE("late runs of the interval before heal its slots", "[turn]") {
  const auto store = test::open_store();
  const WallTime start = WallTime::from_unix_ms(1'795'314'600'000);
  Life life{*store, start};
  CheckDefined definition = defined("shop");
  const RegionName region = definition.regions[0];
  definition.check.interval = minutes{1};
  life.turn.record(definition);
  const Check before = definition.check;
  life.run(minutes{20});
  definition.check.interval = minutes{5};
  life.turn.record(definition);
  life.run(minutes{30});
  const auto state = [&](WallTime round, Millis interval) {
    return life.turn.ledger().state({before.name, region, round}, interval);
  };
  const auto bring = [&](WallTime round) {
    RunReceived received =
        life.turn.receive(test::make_run(before, region, round + Seconds{10}, {}), "agent");
    CHECK(received.late);
    life.turn.record(received);
    return received.superseded;
  };
  const WallTime fifth = start + minutes{5};  // a round of both intervals
  for (int i = 0; i < 5; ++i) {
    const WallTime round = fifth + minutes{i};
    REQUIRE(state(round, minutes{1}) == LedgerCode::missed_offline);
    CHECK_FALSE(bring(round));
    CHECK(state(round, minutes{1}) == LedgerCode::ran_good);
    CHECK(bring(round));  // again
  }
  CHECK(state(fifth, minutes{5}) == LedgerCode::open);
  // Of an agent that had not heard of the change: no slot of either interval is known.
  CHECK_FALSE(bring(start + minutes{26}));
  CHECK(state(start + minutes{25}, minutes{5}) == LedgerCode::missed_offline);
}

TEST_CASE("a run of a round to come decides no slot", "[turn]") {
  const auto store = test::open_store();
  const WallTime start = WallTime::from_unix_ms(1'795'314'600'000);
  const CheckDefined definition = defined("shop");
  const Check& check = definition.check;
  const RegionName region = definition.regions[0];
  const WallTime round = start + check.interval * 4;
  const auto bring = [&](Life& life, RunVerdict verdict) {
    test::RunSpec spec;
    spec.verdict = verdict;
    RunReceived received =
        life.turn.receive(test::make_run(check, region, round + Seconds{10}, spec), "agent");
    life.turn.record(received);
    return received.superseded;
  };
  {
    Life life{*store, start};
    life.turn.record(definition);
    const RunKey key{check.name, region, round, RunKind::scheduled, 0};
    CHECK(life.turn.is_ahead(key));
    CHECK_FALSE(bring(life, RunVerdict::pass));
    life.run(Seconds{1});
  }
  Life life{*store, start + minutes{1}};  // as the log says
  life.run(check.interval * 4);
  const RunKey key{check.name, region, round, RunKind::scheduled, 0};
  CHECK_FALSE(life.turn.is_ahead(key));
  CHECK_FALSE(bring(life, RunVerdict::fail));
  CHECK(life.turn.ledger().state({check.name, region, round}, check.interval) ==
        LedgerCode::ran_bad);
}

TEST_CASE("durations of runs survive a crash before and after a checkpoint", "[turn]") {
  const auto store = test::open_store();
  const WallTime start = WallTime::from_unix_ms(1'795'314'600'000);
  const CheckDefined definition = defined("shop");
  const Millis interval = definition.check.interval;
  const auto measure = [&](Life& life, Millis lasted) {
    const test::RunSpec spec{.lasted = lasted};
    life.turn.record(life.turn.receive(
        test::make_run(definition.check, definition.regions[0], life.turn.now(), spec), "agent"));
    life.run(Seconds{1});
  };
  {
    Life life{*store, start};
    life.turn.record(definition);
    life.run(interval);
    measure(life, Millis{100});
    life.turn.checkpoint();
    life.run(interval);
    measure(life, Millis{200});  // in the event log only
  }
  Life life{*store, start + interval * 3};
  measure(life, Millis{400});
  life.turn.checkpoint();
  life.run(Seconds{1});
  const auto day = Ledger::day_of(start);
  const auto rows = store->ledger(CheckName{"shop"}, definition.regions[0], day, day).value();
  REQUIRE(rows.size() == 1);
  const SlotBytes durations = durations_in(rows[0]);
  std::vector<int> kept;
  for (const std::uint8_t one : durations.at(interval))
    if (one != 0) kept.push_back(one);
  CHECK(kept == std::vector<int>{duration_code(Millis{100}), duration_code(Millis{200}),
                                 duration_code(Millis{400})});
}

TEST_CASE("a key that no open page has is not found, and nothing follows", "[turn]") {
  const auto store = test::open_store();
  Life life{*store, WallTime::from_unix_ms(1'795'314'600'000)};
  CHECK(life.turn.resolved_outside("picket:none", "anna").error().code == ErrorCode::not_found);
  CHECK(life.turn.acknowledged_outside("", "anna").error().code == ErrorCode::not_found);
  CHECK(life.turn.closed_outside("picket:none", "").error().code == ErrorCode::not_found);
  CHECK(life.turn.noted_outside("picket:none", "", "x").error().code == ErrorCode::not_found);
}

TEST_CASE("notes, deployments and action items are stored, and the log replays with them",
          "[turn]") {
  const auto store = test::open_store();
  const WallTime start = WallTime::from_unix_ms(1'795'314'600'000);
  const IncidentId incident{"01K"};
  {
    Life life{*store, start};
    CHECK(life.turn.note(incident, "anna", " \n").error().code == ErrorCode::invalid_argument);
    CHECK(life.turn.note(incident, "", "x").error().code == ErrorCode::invalid_argument);
    CHECK(life.turn.note(incident, "anna", std::string(901, 'x')).error().code ==
          ErrorCode::invalid_argument);
    REQUIRE(life.turn.note(incident, "anna", "the\nPSP").has_value());
    DeploymentRow shop{"d1", "shop", "1.2.3", "payments", start, start, "", "ci"};
    REQUIRE(life.turn.record_deployment(shop).has_value());
    REQUIRE(life.turn.record_deployment(shop).has_value());
    ActionItemDraft draft{incident, CheckName{"shop"}, "anna", "x", start + hours{24}, "bert"};
    REQUIRE(life.turn.add_action_item(draft).has_value());
    life.run(Seconds{1});
  }
  CHECK(store->timeline(incident).value().at(0).text == "anna: the PSP");
  CHECK(store->deployments({}).value().size() == 1);
  const auto items = store->action_items({}).value();
  REQUIRE(items.size() == 1);
  Life life{*store, start + minutes{1}};
  life.turn.restore_people(store->deployments({}).value(), items);
  REQUIRE(life.turn.close_action_item({items[0].id, ActionState::done, "", "anna"}).has_value());
  life.run(Seconds{1});
  CHECK(store->action_item(items[0].id).value()->state == ActionState::done);
}

TEST_CASE("behind its own log time goes on, a tenth slower until the clock has caught up",
          "[turn]") {
  const auto store = test::open_store();
  const WallTime start = WallTime::from_unix_ms(1'795'314'600'000);
  Life life{*store, start};
  const auto record = [&] { life.turn.record(ControllerStarted{}); };
  record();
  const WallTime stepped = life.turn.now();
  life.clock.step_wall(-minutes{10});
  for (int i = 0; i < 1000; ++i) {  // each event takes its part of a second, not of a millisecond
    life.run(Millis{1});
    record();
  }
  CHECK(life.turn.now() - stepped >= Millis{899});
  CHECK(life.turn.now() - stepped <= Millis{901});
  life.run(minutes{50});
  CHECK(life.turn.now() > life.clock.wall_now());
  SECTION("while it runs") {
    record();
    life.run(minutes{51});
    CHECK(life.turn.now() == life.clock.wall_now());
  }
  SECTION("over a restart") {
    record();
    const WallTime before = life.turn.now();
    const WallTime wall = life.clock.wall_now();
    life.run(Seconds{1});
    Life next{*store, wall};
    CHECK(next.turn.now() >= before);
    next.run(minutes{10});
    CHECK(next.turn.now() - before >= minutes{9});
    CHECK(next.turn.now() - before <= minutes{9} + Seconds{2});
  }
}

TEST_CASE("a step of the clock makes time jump only as far as it was behind", "[turn]") {
  const auto store = test::open_store();
  Life life{*store, WallTime::from_unix_ms(1'795'314'600'000)};
  life.turn.record(ControllerStarted{});
  life.clock.step_wall(hours{2});
  CHECK(life.turn.jump_of(hours{2}) == hours{2});
  life.turn.record(ControllerStarted{});
  life.clock.step_wall(-hours{2});
  CHECK(life.turn.jump_of(-hours{2}) == Millis{0});
  life.clock.step_wall(hours{3});
  CHECK(life.turn.jump_of(hours{3}) == hours{1});
}
