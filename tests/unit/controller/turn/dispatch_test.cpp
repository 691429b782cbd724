#include "controller/turn/dispatch.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "common/async/task_group.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kStart = WallTime::from_unix_ms(1'795'314'600'000);
const AgentId kKept{RegionName{"eu"}, "a"};
const AgentId kRevoked{RegionName{"us"}, "b"};
const AgentId kEnrolled{RegionName{"ap"}, "c"};

std::unique_ptr<Store> make_store() {
  StoreOptions options;
  options.path = ":memory:";
  return std::move(Store::open(options).value());
}

// A turn and a dispatch between a start and its death.
struct Desk {
  boost::asio::io_context context;
  sim::SimClock clock{context.get_executor(), kStart};
  std::unique_ptr<async::BlockingPool> pool{async::create_inline_pool()};
  std::unique_ptr<Store> store{make_store()};
  Turn turn{{context.get_executor(), clock, *pool, *store},
            IncidentBook{BookSettings{.install_id = "install"}},
            TurnOptions{}};
  Dispatch dispatch{{context.get_executor(), clock, turn}, {}};
  async::TaskGroup group{context.get_executor()};
  std::vector<RegionLiveness> regions;
  std::vector<AgentLiveness> agents;

  Desk(const std::string& plan, const std::vector<AgentId>& enrolled) {
    turn.on_event = [this](const Event& event) {
      if (const auto* of = std::get_if<RegionLiveness>(&event.what)) regions.push_back(*of);
      if (const auto* of = std::get_if<AgentLiveness>(&event.what)) agents.push_back(*of);
    };
    REQUIRE(turn.restore().has_value());
    REQUIRE(dispatch.restore(plan, enrolled).has_value());
    group.spawn("plan", dispatch.run());
    run(Seconds{1});
  }
  void run(Nanos span) { sim::run_for(context, clock, span); }
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
  CHECK(desk.dispatch.planner().online(kKept.region));
  CHECK_FALSE(desk.dispatch.planner().online(kRevoked.region));
  const auto removed = std::find_if(desk.agents.begin(), desk.agents.end(),
                                    [](const AgentLiveness& one) { return one.removed; });
  REQUIRE(removed != desk.agents.end());
  CHECK(removed->agent == kRevoked.name);
}

TEST_CASE("an agent that was enrolled after the snapshot of the plan is missed", "[dispatch]") {
  Desk desk{plan_of({kKept}), {kKept, kEnrolled}};
  CHECK(desk.dispatch.planner().online(kEnrolled.region));
  CHECK(desk.regions.empty());
  desk.run(Seconds{60});
  desk.dispatch.seen(kKept);
  desk.run(Seconds{40});
  REQUIRE(desk.regions.size() == 1);
  CHECK(desk.regions.front().region == kEnrolled.region);
  CHECK_FALSE(desk.regions.front().online);
}
