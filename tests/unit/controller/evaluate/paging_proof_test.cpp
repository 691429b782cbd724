// The proof of what pages (common/checks/paging_proof.h) against the evaluator itself: for random
// checks and faults it never needs longer than proven and never fires with fewer regions.
#include "common/checks/paging_proof.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "common/core/random.h"
#include "common/model/schedule.h"
#include "tests/support/detection_world.h"
#include "tests/support/evaluation_world.h"

namespace picket::test {
namespace {

using controller::AlertPhase;

template <class T, std::size_t N>
T pick(Random& random, const T (&values)[N]) {
  return values[random.below(N)];
}

checks::PagingProof prove(const Check& check, int regions) {
  return checks::prove_paging(check, {regions, "given"});
}

const checks::AlertProof& proof_of(const checks::PagingProof& proof, const std::string& id) {
  return *std::find_if(proof.alerts.begin(), proof.alerts.end(),
                       [&](const auto& alert) { return alert.id == id; });
}

Check random_check(Random& random) {
  Check check = make_check("shop-" + std::to_string(random.below(1000)));
  check.interval = pick(
      random, {Millis{30'000}, Millis{60'000}, Millis{120'000}, Millis{300'000}, Millis{600'000}});
  check.retries = static_cast<int>(random.below(4));
  const Millis most = check.interval / (1 + check.retries);
  check.timeout = std::min(most, pick(random, {Millis{2'000}, Millis{10'000}, Millis{30'000}}));
  const Quorum quorums[] = {{},
                            {Quorum::Kind::count, static_cast<int>(1 + random.below(6))},
                            {Quorum::Kind::percent, static_cast<int>(1 + random.below(100))},
                            {Quorum::Kind::majority, 0},
                            {Quorum::Kind::all, 0},
                            {Quorum::Kind::any, 0}};
  check.quorum = pick(random, quorums);
  if (random.chance(0.3)) check.confirm_regions = static_cast<int>(random.below(4));
  if (random.chance(0.4)) check.failing_y = static_cast<int>(1 + random.below(5));
  check.failing_x = static_cast<int>(1 + random.below(static_cast<std::uint64_t>(check.failing_y)));
  for (Alert& alert : check.alerts)
    if (random.chance(0.2)) alert.hold = pick(random, {Millis{30'000}, Millis{180'000}});
  return check;
}

struct Trial {
  Check check;
  FleetModel model;
  Fault fault;
  std::uint64_t seed{0};
};

Trial random_trial(std::uint64_t seed) {
  Random random{seed};
  Trial trial{random_check(random), {}, {}, seed};
  trial.model.regions = static_cast<int>(1 + random.below(12));
  trial.model.hangs = random.chance(0.5);
  trial.model.order_delay = Millis{static_cast<std::int64_t>(random.below(2'000))};
  trial.model.report_delay = Millis{static_cast<std::int64_t>(random.below(500))};
  if (random.chance(0.6)) {
    auto regions = make_regions(trial.model.regions);
    const std::size_t seen = 1 + random.below(regions.size());
    while (trial.fault.regions.size() < seen)
      trial.fault.regions.insert(regions[random.below(regions.size())]);
  }
  return trial;
}

// How long after the fault each alert fired.
std::map<std::string, Millis> play(const Trial& trial, Millis watch) {
  DetectionWorld world(trial.check, trial.model, trial.seed);
  Random random{trial.seed + 1};
  const auto interval = static_cast<std::uint64_t>(trial.check.interval.count());
  world.run_until(world.now() + trial.check.interval * 4 +
                  Millis{static_cast<std::int64_t>(random.below(interval))});
  Fault fault = trial.fault;
  fault.from = world.now();
  fault.until = fault.from + hours{24 * 365};
  world.fault = fault;
  world.run_until(fault.from + watch);
  std::map<std::string, Millis> fired;
  for (const Alert& alert : trial.check.alerts)
    if (const auto at = world.first(alert.id, AlertPhase::fires))
      fired[alert.id] = *at - fault.from;
  return fired;
}

}  // namespace

TEST_CASE("the usual check has the bounds that paging.md promises", "[proof]") {
  const auto proof = prove(make_check(), 12);
  CHECK(proof.quorum == 3);
  CHECK(proof.gap == Millis{25'000});
  const auto& down = proof_of(proof, "down");
  CHECK(down.smallest == 3);
  CHECK(down.fast == Millis{35'000});
  CHECK(down.worst == Millis{25'000 + 60'000 + 8'000});  // two attempt timeouts
  CHECK(proof_of(proof, "regional").fast == Millis{450'000});
}

TEST_CASE("no random fault is paged later or by fewer regions than proven", "[proof]") {
  int downs = 0;
  for (std::uint64_t seed = 1; seed <= 1'500; ++seed) {
    const Trial trial = random_trial(seed);
    const auto proof = prove(trial.check, trial.model.regions);
    const auto& down = proof_of(proof, "down");
    const auto& regional = proof_of(proof, "regional");
    const int failing = trial.fault.regions.empty() ? trial.model.regions
                                                    : static_cast<int>(trial.fault.regions.size());
    const Millis longest = std::max({*down.worst, *down.narrow, *regional.worst});
    const auto fired = play(trial, longest + trial.check.interval);
    INFO("seed " << seed << ", " << failing << " of " << trial.model.regions << " regions fail");
    if (failing < down.smallest) {
      CHECK(fired.count("down") == 0);
      REQUIRE(fired.count("regional") == 1);
      CHECK(fired.at("regional") <= *regional.worst);
      continue;
    }
    REQUIRE(fired.count("down") == 1);
    ++downs;
    const bool everywhere = failing == trial.model.regions;
    const Millis bound = !everywhere ? *down.narrow : trial.model.hangs ? *down.worst : *down.fast;
    CHECK(fired.at("down") <= bound);
    if (!regional.never.empty()) CHECK(fired.count("regional") == 0);
  }
  CHECK(downs > 500);
}

namespace {

// Scheduled runs only, by phase; from `fault` on what `spec` says, or nothing at all.
struct Quiet {
  EvaluationWorld world;
  explicit Quiet(int regions, Check check) : world(regions, std::move(check)) {}

  std::optional<Millis> first(const std::string& alert, std::size_t affected, WallTime fault,
                              const std::optional<RunSpec>& spec, WallTime end) {
    const Check& check = world.check;
    for (WallTime round = world.now; round < end; round = round + check.interval) {
      std::vector<std::pair<WallTime, std::size_t>> due;
      for (std::size_t i = 0; i < world.regions.size(); ++i)
        due.emplace_back(round + phase_of(check.name, i, world.regions.size(), check.interval), i);
      std::sort(due.begin(), due.end());
      for (const auto& [at, index] : due) {
        const bool bad = at >= fault && index < affected;
        if (bad && !spec) continue;
        const RunSpec shown = bad ? *spec : RunSpec{};
        world.wait_until(at + shown.lasted);
        world.run(world.regions[index], shown);
      }
    }
    world.wait_until(end);
    for (const auto& transition : world.transitions)
      if (transition.alert.id == alert && transition.phase == AlertPhase::fires)
        return transition.at - fault;
    return std::nullopt;
  }
};

Alert slow_alert(Aggregate aggregate, Millis over, ThresholdScope scope) {
  Alert alert = make_alert("slow", AlertCondition::threshold);
  alert.threshold = Threshold{.metric = "duration", .aggregate = aggregate};
  alert.threshold->literal = Value{1'000.0};
  alert.threshold->unit = LiteralUnit::duration;
  alert.threshold->over = over;
  alert.threshold->scope = scope;
  alert.threshold->regions = 2;
  return alert;
}

}  // namespace

TEST_CASE("thresholds and silence are told no later than proven", "[proof]") {
  const RunSpec slow{.lasted = Millis{1'500}};
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random{seed};
    Check check = make_check("shop-" + std::to_string(seed));
    check.interval = pick(random, {Millis{60'000}, Millis{300'000}});
    check.timeout = Millis{2'000};
    const auto scope =
        pick(random, {ThresholdScope::pooled, ThresholdScope::any_region, ThresholdScope::regions});
    const auto aggregate = pick(random, {Aggregate::newest, Aggregate::p95, Aggregate::mean});
    check.alerts.push_back(slow_alert(aggregate, check.interval * 6, scope));
    check.alerts.push_back(make_alert("no_data", AlertCondition::no_data));
    const int regions = static_cast<int>(2 + random.below(8));
    const auto proof = prove(check, regions);
    const auto& one = proof_of(proof, random.chance(0.5) ? "slow" : "no_data");
    INFO("seed " << seed << ": " << one.id);
    REQUIRE(one.never.empty());
    const bool enough = random.chance(0.7);
    // A window of all regions together may hold with a single one: nothing is fewer.
    if (!enough && one.smallest == 1) continue;
    const auto affected = static_cast<std::size_t>(enough ? regions : one.smallest - 1);
    Quiet quiet(regions, check);
    const WallTime fault = quiet.world.now + check.interval * 8 +
                           Millis{static_cast<std::int64_t>(random.below(60'000))};
    const auto spec = one.id == "slow" ? std::optional{slow} : std::nullopt;
    const auto fired =
        quiet.first(one.id, affected, fault, spec, fault + *one.worst + check.interval * 2);
    CHECK(fired.has_value() == enough);
    if (fired) CHECK(*fired <= *one.worst);
  }
}

TEST_CASE("what can never page is named with its reason", "[proof]") {
  const auto never = [](Check check, const std::string& id = "down", int regions = 3) {
    return proof_of(prove(check, regions), id).never;
  };
  Check check = make_check();
  CHECK(never(check).empty());
  CHECK(never(check, "down", 0) == "no region is assigned");
  CHECK(never(check, "regional", 1) == "a single failing region is `down` already");
  Check shadow = check;
  shadow.shadow = true;
  CHECK(never(shadow).find("shadow") != std::string::npos);
  Check lonely = check;
  lonely.notify.clear();
  CHECK(never(lonely).find("no route") == 0);
  Check paused = check;
  paused.paused = Paused{std::nullopt, "moving house"};
  CHECK(never(paused) == "the check is paused");
  Check few = check;
  few.alerts.push_back(slow_alert(Aggregate::p95, Millis{600'000}, ThresholdScope::any_region));
  CHECK(never(few, "slow") == "a window of 10m has at most 3 runs, 5 are needed");
  Check burning = check;
  burning.slo = Slo{.objective = 60};
  burning.alerts.push_back(make_alert("burn", AlertCondition::burn_rate));
  CHECK(never(burning, "burn").find("no window burns fast enough") != std::string::npos);
  burning.slo->objective = 99.9;
  CHECK(proof_of(prove(burning, 3), "burn").worst == Millis{4 * 300'000 + 60'000 + 60'000});
}

TEST_CASE("windows that take turns over the day leave no moment out", "[proof]") {
  const auto window = [](int start, int hours_long) {
    return MaintenanceWindow{.start_minute = start * 60, .duration = hours{hours_long}};
  };
  CHECK_FALSE(checks::windows_cover_everything({}));
  CHECK_FALSE(checks::windows_cover_everything({window(0, 12), window(12, 11)}));
  CHECK(checks::windows_cover_everything({window(0, 12), window(12, 12)}));
  MaintenanceWindow berlin = window(12, 12);
  berlin.timezone = "Europe/Berlin";  // an hour or two before: a gap at the end of the day
  CHECK_FALSE(checks::windows_cover_everything({window(0, 12), berlin}));
  MaintenanceWindow long_one;
  long_one.from = WallTime::from_unix_ms(0);
  long_one.until = *long_one.from + hours{24 * 400};
  CHECK(checks::windows_cover_everything({long_one}));
}

}  // namespace picket::test
