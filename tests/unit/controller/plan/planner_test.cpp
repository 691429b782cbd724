#include "controller/plan/planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "common/model/schedule.h"
#include "picket/v1/agent.pb.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kStart = WallTime::from_unix_ms(1'795'314'600'000);

RegionName region(int number) { return RegionName{fmt::format("r{:02}", number)}; }
AgentId agent(int number, const std::string& name = "a") { return {region(number), name}; }

PlannedCheck planned(const std::string& name, const std::string& revision = "1") {
  Check check;
  check.name = CheckName{name};
  check.regions.all = true;
  return {std::make_shared<const Check>(check), Revision{revision}};
}

// Twelve regions with one agent each, and some checks.
struct Fleet {
  Planner planner;
  WallTime now{kStart};
  std::set<AgentId> silent;

  explicit Fleet(int regions = 12, int checks = 1) {
    for (int i = 1; i <= regions; ++i) planner.add_agent(agent(i), now);
    std::vector<PlannedCheck> definitions;
    for (int i = 1; i <= checks; ++i) definitions.push_back(planned(fmt::format("check-{}", i)));
    planner.set_checks(definitions);
    planner.update(now);
  }

  // Every agent that is not silent polls each 10 s.
  std::vector<PlanChange> live(Millis span, int regions = 12) {
    std::vector<PlanChange> changes;
    for (const WallTime end = now + span; now < end;) {
      now = now + Seconds{10};
      for (int i = 1; i <= regions; ++i)
        if (!silent.contains(agent(i))) planner.seen(agent(i), now);
      PlanChange change = planner.update(now);
      if (change.new_generation || !change.liveness.empty() || !change.agents.empty())
        changes.push_back(std::move(change));
    }
    return changes;
  }

  std::vector<Millis> phases(const std::string& check = "check-1") const {
    std::vector<Millis> out;
    for (const RegionName& name : planner.assigned(CheckName{check}))
      out.push_back(planner.placement(CheckName{check}, name)->phase);
    return out;
  }
};

}  // namespace

TEST_CASE("twelve regions look every 25 seconds", "[plan]") {
  Fleet fleet;
  CHECK(fleet.planner.worst_gap(CheckName{"check-1"}) == Millis{25'000});
  auto phases = fleet.phases();
  REQUIRE(phases.size() == 12);
  for (std::size_t i = 0; i < phases.size(); ++i)
    CHECK(phases[i] == phase_of(CheckName{"check-1"}, i, 12, Millis{300'000}));
}

TEST_CASE("a new check is run in the round that has begun", "[plan]") {
  Fleet fleet;
  CHECK(fleet.planner.placement(CheckName{"check-1"}, region(1))->first_round ==
        round_start(fleet.now, Millis{300'000}));
}

TEST_CASE("a fleet that joins one by one runs in the round that has begun", "[plan]") {
  Planner planner;
  Check check;
  check.name = CheckName{"check-1"};
  check.regions.all = true;
  planner.set_checks({{std::make_shared<const Check>(check), Revision{"r"}}});
  const WallTime start = round_start(kStart, check.interval);
  for (int i = 1; i <= 12; ++i) {
    planner.add_agent(agent(i), start + Seconds{i});
    planner.update(start + Seconds{i});
  }
  int in_this_round = 0;
  for (int i = 1; i <= 12; ++i) {
    const auto place = planner.placement(check.name, region(i));
    if (place->first_round == start && start + place->phase > start + Seconds{12}) ++in_this_round;
  }
  CHECK(in_this_round >= 10);
}

TEST_CASE("a region that no agent has joined is offline after 90 s, not at once", "[plan]") {
  Fleet fleet{11};
  fleet.planner.set_region(region(12), {});
  for (const PlanChange& change : fleet.live(Seconds{90}, 11)) CHECK(change.liveness.empty());
  CHECK(*fleet.planner.next_due() == fleet.now + Seconds{10});
  const auto changes = fleet.live(Seconds{10}, 11);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].liveness == std::vector{std::pair{region(12), false}});
  fleet.planner.seen(agent(12), fleet.now);
  CHECK(fleet.planner.update(fleet.now).liveness == std::vector{std::pair{region(12), true}});
}

TEST_CASE("a region whose agent joins within 90 s is never offline", "[plan]") {
  Fleet fleet{11};
  fleet.planner.set_region(region(12), {});
  fleet.live(minutes{1}, 11);
  for (const PlanChange& change : fleet.live(minutes{10})) CHECK(change.liveness.empty());
}

TEST_CASE("an agent is offline after 90 s without a word, and its region's place is taken",
          "[plan]") {
  Fleet fleet;
  fleet.live(minutes{1});
  fleet.silent.insert(agent(5));
  CHECK(fleet.live(Seconds{80}).empty());
  const auto changes = fleet.live(Seconds{10});
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].liveness == std::vector{std::pair{region(5), false}});
  CHECK(changes[0].new_generation);
  CHECK_FALSE(fleet.planner.online(region(5)));
  // Eleven share the interval evenly; the dead region keeps its slots, which are missed.
  CHECK(fleet.planner.assigned(CheckName{"check-1"}).size() == 12);
  CHECK(fleet.planner.worst_gap(CheckName{"check-1"}) <= Millis{27'273});
}

TEST_CASE("no phase moves inside a round", "[plan]") {
  Fleet fleet;
  const auto before = fleet.phases();
  fleet.silent.insert(agent(5));
  fleet.live(minutes{3});
  const auto after = fleet.phases();
  const WallTime moved_at = kStart + Seconds{90};
  const WallTime next = round_start(moved_at, Millis{300'000}) + Millis{300'000};
  int moved = 0;
  for (int i = 1; i <= 12; ++i) {
    const auto place = fleet.planner.placement(CheckName{"check-1"}, region(i));
    const auto index = static_cast<std::size_t>(i - 1);
    if (before[index] == after[index]) continue;
    ++moved;
    CHECK(place->first_round == next);
  }
  CHECK(moved >= 10);
}

TEST_CASE("a region that returns is asked at once and shares again after ten stable minutes",
          "[plan]") {
  Fleet fleet;
  fleet.silent.insert(agent(5));
  fleet.live(minutes{5});
  const auto without = fleet.phases();
  fleet.silent.clear();
  const auto back = fleet.live(Seconds{10});
  REQUIRE(back.size() == 1);
  CHECK(back[0].liveness == std::vector{std::pair{region(5), true}});
  CHECK(fleet.planner.placement(CheckName{"check-1"}, region(5))->agent == "a");
  auto during = fleet.phases();
  for (std::size_t i = 0; i < during.size(); ++i)
    if (i != 4) CHECK(during[i] == without[i]);
  CHECK(fleet.live(minutes{10} - Seconds{10}).empty());
  const auto stable = fleet.live(Seconds{10});
  REQUIRE(stable.size() == 1);
  CHECK(stable[0].new_generation);
  CHECK(fleet.planner.worst_gap(CheckName{"check-1"}) == Millis{25'000});
}

TEST_CASE("a region that flaps moves nobody's phase", "[plan]") {
  Fleet fleet;
  fleet.silent.insert(agent(5));
  fleet.live(minutes{2});
  const auto generation = fleet.planner.generation();
  for (int i = 0; i < 10; ++i) {
    fleet.silent.clear();
    fleet.live(minutes{3});
    fleet.silent.insert(agent(5));
    fleet.live(minutes{3});
  }
  CHECK(fleet.planner.generation() == generation);
}

TEST_CASE("two agents of a region share its checks; the loss of one moves only its own", "[plan]") {
  Fleet fleet{3, 200};
  fleet.planner.add_agent(agent(1, "b"), fleet.now);
  fleet.planner.update(fleet.now);
  std::map<std::string, std::vector<std::string>> by_agent;
  for (int i = 1; i <= 200; ++i) {
    const std::string name = fmt::format("check-{}", i);
    by_agent[fleet.planner.placement(CheckName{name}, region(1))->agent].push_back(name);
  }
  CHECK(by_agent["a"].size() > 70);
  CHECK(by_agent["b"].size() > 70);
  fleet.live(minutes{2}, 3);  // "b" never polls
  for (const std::string& name : by_agent["a"])
    CHECK(fleet.planner.placement(CheckName{name}, region(1))->agent == "a");
  for (const std::string& name : by_agent["b"])
    CHECK(fleet.planner.placement(CheckName{name}, region(1))->agent == "a");
  CHECK(fleet.planner.online(region(1)));
}

TEST_CASE("losing one of two agents makes no new generation and tells nobody else", "[plan]") {
  Fleet fleet{3, 20};
  fleet.planner.add_agent(agent(1, "b"), fleet.now);
  fleet.planner.update(fleet.now);
  const auto generation = fleet.planner.generation();
  const auto changes = fleet.live(minutes{2}, 3);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].liveness.empty());
  CHECK(changes[0].agents == std::set<AgentId>{agent(1), agent(1, "b")});
  CHECK(fleet.planner.generation() == generation);
}

TEST_CASE("selectors choose by name, by label and all", "[plan]") {
  Planner planner;
  planner.set_region(region(1), {{"cloud", "aws"}, {"zone", "eu"}});
  planner.set_region(region(2), {{"cloud", "aws"}, {"zone", "us"}});
  planner.set_region(region(3), {{"cloud", "gcp"}, {"zone", "eu"}});
  const auto chosen = [&](RegionSelector selector) {
    Check check;
    check.name = CheckName{"x"};
    check.regions = std::move(selector);
    planner.set_checks({{std::make_shared<const Check>(check), Revision{"1"}}});
    planner.update(kStart);
    return planner.assigned(check.name);
  };
  using Regions = std::vector<RegionName>;
  CHECK(chosen({.all = true}) == Regions{region(1), region(2), region(3)});
  CHECK(chosen({.labels = {{"cloud", "aws"}}}) == Regions{region(1), region(2)});
  CHECK(chosen({.labels = {{"cloud", "aws"}, {"zone", "eu"}}}) == Regions{region(1)});
  CHECK(chosen({.labels = {{"cloud", "azure"}}}).empty());
  // A region that is named and does not exist stays assigned: its slots are missed, not gone.
  CHECK(chosen({.names = {region(3), region(9)}}) == Regions{region(3), region(9)});
}

TEST_CASE("desired states hold what the agent runs, complete, ordered and digested", "[plan]") {
  Fleet fleet{3, 5};
  const auto state = fleet.planner.desired(agent(2));
  REQUIRE(state.checks_size() == 5);
  CHECK(state.checks(0).check().name() == "check-1");
  CHECK(state.checks(0).revision() == "1");
  CHECK(state.digest().size() == 64);
  CHECK(fleet.planner.desired(agent(2)).digest() == state.digest());
  CHECK(fleet.planner.desired(agent(3)).digest() != state.digest());  // other phases
  CHECK(fleet.planner.desired({region(2), "stranger"}).checks_size() == 0);
}

TEST_CASE("a changed definition tells the agents that run it, an unchanged one nobody", "[plan]") {
  Fleet fleet{3, 2};
  const auto digest = fleet.planner.desired(agent(1)).digest();
  fleet.planner.set_checks({planned("check-1"), planned("check-2")});
  CHECK(fleet.planner.update(fleet.now).agents.empty());
  fleet.planner.set_checks({planned("check-1", "2"), planned("check-2")});
  const PlanChange change = fleet.planner.update(fleet.now);
  CHECK(change.agents.size() == 3);
  CHECK_FALSE(change.new_generation);
  CHECK(change.reassigned.empty());
  CHECK(fleet.planner.desired(agent(1)).digest() != digest);
  fleet.planner.set_checks({planned("check-1", "2")});
  CHECK(fleet.planner.update(fleet.now).agents.size() == 3);
  CHECK(fleet.planner.desired(agent(1)).checks_size() == 1);
}

TEST_CASE("a paused check is in nobody's desired state until the pause ends", "[plan]") {
  Fleet fleet{3, 1};
  Check check = *planned("check-1").check;
  check.paused = Paused{fleet.now + minutes{10}, "migration"};
  fleet.planner.set_checks({{std::make_shared<const Check>(check), Revision{"2"}}});
  CHECK(fleet.planner.update(fleet.now).agents.size() == 3);
  CHECK(fleet.planner.desired(agent(1)).checks_size() == 0);
  CHECK(fleet.planner.assigned(check.name).size() == 3);
  fleet.live(minutes{10}, 3);
  CHECK(fleet.planner.desired(agent(1)).checks_size() == 1);
}

TEST_CASE("a restart moves no phase and remembers who was away", "[plan]") {
  Fleet fleet{12, 3};
  fleet.silent.insert(agent(5));
  fleet.live(minutes{7});
  Fleet next{0, 0};
  REQUIRE(next.planner.restore(fleet.planner.snapshot(), fleet.now).has_value());
  next.now = fleet.now;
  for (int i = 1; i <= 12; ++i) next.planner.add_agent(agent(i), next.now);  // from the registry
  next.planner.set_checks({planned("check-1"), planned("check-2"), planned("check-3")});
  const PlanChange change = next.planner.update(next.now);
  CHECK(change.liveness.empty());
  CHECK(next.phases() == fleet.phases());
  CHECK_FALSE(next.planner.online(region(5)));
  CHECK(next.planner.restore("rubbish", next.now).error().code == ErrorCode::corrupt);
  CHECK(next.phases() == fleet.phases());
}

TEST_CASE("starts are spread: no second gets more than its share of ten thousand checks",
          "[plan]") {
  Fleet fleet{12, 10'000};
  std::map<std::int64_t, int> by_second;
  for (int i = 1; i <= 10'000; ++i) {
    const auto place = fleet.planner.placement(CheckName{fmt::format("check-{}", i)}, region(7));
    ++by_second[place->phase.count() / 1000];
  }
  int most = 0;
  for (const auto& [second, count] : by_second) most = std::max(most, count);
  // 33.3 in the mean over 300 s; six standard deviations above it.
  CHECK(by_second.size() == 300);
  CHECK(most <= 68);
}

TEST_CASE("who drains leaves its checks to another agent of its region, and no phase moves",
          "[plan]") {
  Fleet fleet{2, 40};
  fleet.planner.add_agent(agent(1, "b"), fleet.now);
  fleet.planner.update(fleet.now);
  const auto had = fleet.planner.desired(agent(1, "b")).checks_size();
  REQUIRE((had > 0 && had < 40));
  const auto phases = fleet.phases();
  const auto generation = fleet.planner.generation();
  fleet.planner.drain(agent(1, "b"), fleet.now);
  const PlanChange change = fleet.planner.update(fleet.now);
  CHECK(change.agents == std::set<AgentId>{agent(1), agent(1, "b")});
  CHECK(change.drains.empty());  // the region still looks
  CHECK(fleet.planner.desired(agent(1)).checks_size() == 40);
  CHECK(fleet.planner.desired(agent(1, "b")).checks_size() == 0);
  CHECK(fleet.phases() == phases);
  CHECK(fleet.planner.generation() == generation);
  fleet.planner.end_drain(agent(1, "b"));
  fleet.planner.update(fleet.now);
  CHECK(fleet.planner.desired(agent(1, "b")).checks_size() == had);
}

TEST_CASE("who drains is not missed for ten minutes, then like any other", "[plan]") {
  Fleet fleet{2};
  fleet.planner.drain(agent(1), fleet.now);
  const WallTime since = fleet.now;
  const PlanChange told = fleet.planner.update(fleet.now);
  REQUIRE(told.drains.size() == 1);
  CHECK(told.drains.front() == std::pair{region(1), since + minutes{10}});
  fleet.silent.insert(agent(1));
  for (const PlanChange& change : fleet.live(minutes{9})) CHECK(change.liveness.empty());
  CHECK(fleet.planner.online(region(1)));
  CHECK(fleet.planner.placement(CheckName{"check-1"}, region(1))->agent == "a");
  const auto changes = fleet.live(minutes{2});
  REQUIRE(changes.size() >= 1);
  CHECK(changes.front().liveness == std::vector{std::pair{region(1), false}});
  CHECK(changes.front().drains == std::vector{std::pair{region(1), WallTime{}}});
  CHECK_FALSE(fleet.planner.online(region(1)));
  CHECK_FALSE(fleet.planner.drains(agent(1)));
}

TEST_CASE("who is back from a drain is told of at once", "[plan]") {
  Fleet fleet{2};
  fleet.planner.drain(agent(1), fleet.now);
  fleet.planner.update(fleet.now);
  fleet.now = fleet.now + minutes{5};
  for (int i = 1; i <= 2; ++i) fleet.planner.seen(agent(i), fleet.now);
  CHECK(fleet.planner.drains(agent(1)));  // a word of it is no return
  fleet.planner.end_drain(agent(1));
  const PlanChange change = fleet.planner.update(fleet.now);
  CHECK(change.drains == std::vector{std::pair{region(1), WallTime{}}});
  CHECK(change.liveness.empty());
}

TEST_CASE("a restart forgets no drain", "[plan]") {
  Fleet fleet{2};
  fleet.planner.drain(agent(1), fleet.now);
  fleet.planner.update(fleet.now);
  Planner next;
  REQUIRE(next.restore(fleet.planner.snapshot(), fleet.now + minutes{4}));
  CHECK(next.drains(agent(1)));
  CHECK_FALSE(next.drains(agent(2)));
  next.update(fleet.now + minutes{9});
  CHECK(next.online(region(1)));
  next.update(fleet.now + minutes{10});
  CHECK_FALSE(next.online(region(1)));
}

TEST_CASE("time that jumps makes nobody silent", "[plan]") {
  Fleet fleet;
  fleet.silent.insert(agent(3));
  fleet.live(Seconds{60});
  fleet.now = fleet.now + hours{2};
  fleet.planner.time_jumped(hours{2});
  CHECK(fleet.planner.update(fleet.now).liveness.empty());
  CHECK(fleet.live(Seconds{20}).empty());
  const auto changes = fleet.live(Seconds{20});  // 90 s in all, without what was left out
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].liveness == std::vector{std::pair{region(3), false}});
}
