#include "controller/turn/dispatch.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "common/async/task_group.h"
#include "tests/support/evaluation_world.h"
#include "tests/support/memory_store.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kStart = WallTime::from_unix_ms(1'795'314'600'000);
const AgentId kKept{RegionName{"eu"}, "a"};
const AgentId kRevoked{RegionName{"us"}, "b"};
const AgentId kEnrolled{RegionName{"ap"}, "c"};

// A turn and a dispatch between a start and its death; the store lives on.
struct Life {
  boost::asio::io_context context;
  sim::SimClock clock;
  std::unique_ptr<async::BlockingPool> pool{async::create_inline_pool()};
  Turn turn;
  Dispatch dispatch;
  async::TaskGroup group{context.get_executor()};
  std::vector<RegionLiveness> regions;  // as told since the start
  std::vector<AgentLiveness> agents;

  Life(Store& store, WallTime start, const std::string& plan, const std::vector<AgentId>& enrolled)
      : clock(context.get_executor(), start),
        turn({context.get_executor(), clock, *pool, store},
             IncidentBook{BookSettings{.install_id = "install"}}, TurnOptions{}),
        dispatch({context.get_executor(), clock, turn}, {}) {
    turn.restore_book(store.open_incidents().value(), {});
    REQUIRE(turn.restore().has_value());
    REQUIRE(dispatch.restore(plan, enrolled).has_value());
    turn.on_event = [this](const Event& event) {
      if (const auto* of = std::get_if<RegionLiveness>(&event.what)) regions.push_back(*of);
      if (const auto* of = std::get_if<AgentLiveness>(&event.what)) agents.push_back(*of);
    };
    group.spawn("plan", dispatch.run());
    group.spawn("commit", turn.commit_loop());
    run(Seconds{1});
  }
  void run(Nanos span) { sim::run_for(context, clock, span); }
};

std::string stored_plan(Store& store) {
  std::string plan;
  const auto rows = store.checkpoints().value();
  for (const CheckpointRow& row : rows)
    if (row.key == "plan") plan = row.blob;
  return plan;
}

// A desk of its own store.
struct Desk {
  std::unique_ptr<Store> store{test::open_store()};
  Life life;
  Desk(const std::string& plan, const std::vector<AgentId>& enrolled)
      : life(*store, kStart, plan, enrolled) {}
};

std::string plan_of(const std::vector<AgentId>& agents) {
  Planner planner;
  for (const AgentId& agent : agents) planner.add_agent(agent, kStart);
  planner.update(kStart);
  return planner.snapshot();
}

}  // namespace

TEST_CASE("an agent that was revoked after the snapshot of the plan stays gone", "[dispatch]") {
  Desk desk{plan_of({kKept, kRevoked}), {kKept}};
  const Planner& planner = desk.life.dispatch.planner();
  CHECK(planner.online(kKept.region));
  CHECK_FALSE(planner.online(kRevoked.region));
  const auto& told = desk.life.agents;
  const auto removed =
      std::find_if(told.begin(), told.end(), [](const AgentLiveness& one) { return one.removed; });
  REQUIRE(removed != told.end());
  CHECK(removed->agent == kRevoked.name);
}

TEST_CASE("an agent that was enrolled after the snapshot of the plan is missed", "[dispatch]") {
  Desk desk{plan_of({kKept}), {kKept, kEnrolled}};
  CHECK(desk.life.dispatch.planner().online(kEnrolled.region));
  CHECK(desk.life.regions.empty());
  desk.life.run(Seconds{60});
  desk.life.dispatch.seen(kKept);
  desk.life.run(Seconds{40});
  REQUIRE(desk.life.regions.size() == 1);
  CHECK(desk.life.regions.front().region == kEnrolled.region);
  CHECK_FALSE(desk.life.regions.front().online);
}

TEST_CASE("a good run's evidence is asked for with each poll until it has come", "[dispatch]") {
  Desk desk{{}, {}};
  const CheckName shop{"shop"};
  desk.life.dispatch.set_checks(
      {{std::make_shared<const Check>(test::make_check("shop")), Revision{std::string(64, '1')}}});
  desk.life.run(Seconds{1});
  desk.life.dispatch.want_evidence({shop});  // before any agent is there
  const auto wishes = [&] {
    v1::PollResponse response;
    const auto poll = [&]() -> async::Task<void> {
      PollRequest request;
      request.hold = Seconds{1};
      auto polling = desk.life.dispatch.poll(kKept, std::move(request));
      response = co_await std::move(polling);
    };
    desk.life.group.spawn("poll", poll());
    desk.life.run(Seconds{5});
    return std::vector<std::string>{response.evidence_for().begin(), response.evidence_for().end()};
  };
  desk.life.dispatch.add_agent(kKept);
  desk.life.run(minutes{1});
  const std::vector<std::string> wanted{"shop"};
  CHECK(wishes() == wanted);
  CHECK(wishes() == wanted);  // the answer may have been lost
  desk.life.dispatch.keeps_evidence(shop, kKept.region);
  CHECK(wishes().empty());
  desk.life.dispatch.want_evidence({shop});
  CHECK(wishes() == wanted);
  desk.life.dispatch.set_checks({});
  CHECK(wishes().empty());
}

TEST_CASE("a region that is offline is told as back over a start", "[dispatch]") {
  const auto store = test::open_store();
  {
    Life life{*store, kStart, plan_of({kKept}), {kKept}};
    life.run(minutes{2});
    REQUIRE(life.regions.size() == 1);
    REQUIRE_FALSE(life.turn.fleet().online(kKept.region));
  }
  WallTime at = kStart;
  // No phase has moved, yet the plan that is stored knows; and one that does not would do no harm.
  for (const std::string& plan : {stored_plan(*store), plan_of({kKept}), std::string{}}) {
    at = at + minutes{5};
    Life life{*store, at, plan, {kKept}};
    CHECK(life.regions.empty());
    CHECK_FALSE(life.dispatch.planner().online(kKept.region));
    life.run(Seconds{20});
    life.dispatch.seen(kKept);
    REQUIRE(life.regions.size() == 1);
    CHECK(life.regions.front().online);
    CHECK(life.turn.fleet().online(kKept.region));
    life.run(minutes{2});  // away again: for the next start
    CHECK_FALSE(life.turn.fleet().online(kKept.region));
  }
}

TEST_CASE("a start ends what was told of a region that is no more", "[dispatch]") {
  const auto store = test::open_store();
  const auto open = [&] {
    std::set<std::string> subjects;
    const auto rows = store->open_incidents().value();
    for (const IncidentRow& row : rows) subjects.insert(row.subject);
    return subjects;
  };
  {
    Life life{*store, kStart, plan_of({kKept, kRevoked}), {kKept, kRevoked}};
    life.run(minutes{2});
    CHECK(open() == std::set<std::string>{"region:eu", "region:us"});
  }
  for (int start = 1; start <= 2; ++start) {
    Life life{*store, kStart + minutes{5 * start}, stored_plan(*store), {kKept}};
    CHECK(life.turn.fleet().regions() == std::set<RegionName>{kKept.region});
    REQUIRE(life.regions.size() == (start == 1 ? 1 : 0));
    if (start == 1) CHECK(life.regions.front().removed);
    CHECK(open() == std::set<std::string>{"region:eu"});
  }
}

TEST_CASE("the plan is stored when a region goes offline", "[dispatch]") {
  const auto store = test::open_store();
  {
    Life life{*store, kStart, plan_of({kKept}), {kKept}};
    life.run(minutes{2});
  }
  Planner planner;
  REQUIRE(planner.restore(stored_plan(*store), kStart + minutes{3}).has_value());
  CHECK_FALSE(planner.online(kKept.region));
}

TEST_CASE("an agent that is revoked while its poll is open stays gone", "[dispatch]") {
  Desk desk{plan_of({kKept, kRevoked}), {kKept, kRevoked}};
  Life& life = desk.life;
  const auto poll = [](Dispatch& dispatch, bool& answered) -> async::Task<void> {
    PollRequest request;
    request.session = "s";
    (void)co_await dispatch.poll(kRevoked, request);
    request.have = dispatch.planner().desired(kRevoked).digest();
    (void)co_await dispatch.poll(kRevoked, request);
    answered = true;
  };
  bool answered = false;
  life.group.spawn("poll", poll(life.dispatch, answered));
  life.run(Seconds{5});
  REQUIRE_FALSE(answered);  // nothing new: it is held
  life.agents.clear();
  life.dispatch.remove_agent(kRevoked);
  life.run(minutes{3});
  CHECK(answered);
  CHECK_FALSE(life.dispatch.planner().online(kRevoked.region));
  std::vector<bool> removed;
  for (const AgentLiveness& one : life.agents)
    if (one.agent == kRevoked.name) removed.push_back(one.removed);
  CHECK(removed == std::vector<bool>{true});
}
