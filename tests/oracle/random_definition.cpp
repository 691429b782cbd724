#include "tests/oracle/random_definition.h"

#include "common/calendar/calendar.h"
#include "tests/support/evaluation_world.h"

namespace picket::oracle {
namespace {

Millis some_minutes(Random& random, std::uint64_t most) { return minutes{1 + random.below(most)}; }

Quorum make_quorum(Random& random) {
  switch (random.below(8)) {
    case 0: return {Quorum::Kind::count, static_cast<int>(1 + random.below(3))};
    case 1: return {Quorum::Kind::percent, 50};
    case 2: return {Quorum::Kind::majority, 0};
    case 3: return {Quorum::Kind::all, 0};
    case 4: return {Quorum::Kind::any, 0};
    default: return {};
  }
}

std::vector<std::string> make_receivers(Random& random) {
  switch (random.below(10)) {
    case 0: return {"pagerduty/a", "pagerduty/b"};
    case 1: return {"pagerduty/b"};
    case 2: return {"pagerduty/nobody"};
    case 3: return {};
    default: return {"pagerduty/a"};
  }
}

// Of what a run took: the one metric that histories record.
Threshold make_threshold(Random& random) {
  constexpr Aggregate kAggregates[] = {Aggregate::newest, Aggregate::mean, Aggregate::p95,
                                       Aggregate::max};
  constexpr ThresholdScope kScopes[] = {ThresholdScope::pooled, ThresholdScope::any_region,
                                        ThresholdScope::regions};
  Threshold threshold;
  threshold.metric = "duration";
  threshold.unit = LiteralUnit::duration;
  threshold.literal = 1'500.0;
  threshold.aggregate = kAggregates[random.below(4)];
  threshold.scope = kScopes[random.below(3)];
  threshold.regions = 2;
  threshold.samples = static_cast<int>(3 + random.below(4));
  if (threshold.aggregate != Aggregate::newest) threshold.over = minutes{10};
  return threshold;
}

Slo make_slo(Random& random) {
  constexpr double kObjectives[] = {95, 99, 99.9};
  Slo slo;
  slo.objective = kObjectives[random.below(3)];
  slo.window = random.chance(0.5) ? hours{24 * 30} : hours{24};
  slo.budget_by = random.chance(0.5) ? BudgetBy::rounds : BudgetBy::runs;
  if (random.chance(0.3)) slo.latency = LatencyObjective{Millis{1'500}, 95};
  return slo;
}

void add_alerts(Random& random, Check& check) {
  const auto hold = [&] { return random.chance(0.3) ? some_minutes(random, 4) : Millis{0}; };
  const auto add = [&](double chance, const char* id, AlertCondition condition) {
    if (!random.chance(chance)) return;
    check.alerts.push_back(test::make_alert(id, condition, hold()));
    if (random.chance(0.15)) check.alerts.back().notify = make_receivers(random);
  };
  check.alerts.clear();
  add(0.95, "down", AlertCondition::down);
  add(0.15, "down-for-long", AlertCondition::down);
  add(0.9, "regional", AlertCondition::regional);
  add(0.5, "no_data", AlertCondition::no_data);
  add(0.5, "slow", AlertCondition::degraded);
  if (check.slo) add(0.8, "burn", AlertCondition::burn_rate);
  if (check.slo && random.chance(0.5)) {
    check.alerts.push_back(test::make_alert("burn-slowly", AlertCondition::burn_rate));
    check.alerts.back().severity = Severity::warning;
  }
  if (random.chance(0.3)) {
    check.alerts.push_back(test::make_alert("long", AlertCondition::threshold, hold()));
    check.alerts.back().threshold = make_threshold(random);
  }
}

// At a time of day that is near, by clocks that may be about to change.
MaintenanceWindow make_recurring_window(Random& random, const Moment& moment) {
  constexpr Millis kDay = hours{24};
  MaintenanceWindow window;
  window.timezone = moment.timezone;
  const Millis around = random.between(Millis{0}, minutes{130}) - minutes{40};
  const WallTime near = moment.now + around;
  for (int minute = 0; minute < 24 * 60; ++minute) {
    window.start_minute = minute;
    window.duration = kDay;
    const auto span = calendar::span_at(window, near);
    if (span && near - span->begin < minutes{1}) break;
  }
  // In the hours in which clocks change.
  if (random.chance(0.3)) window.start_minute = static_cast<int>(60 + random.below(120));
  window.duration = minutes{5} + random.between(Millis{0}, minutes{90});
  for (int day = 0; day < 7 && random.chance(0.8); ++day)
    if (random.chance(0.7)) window.weekdays.push_back(day);
  return window;
}

void keep_quiet(Random& random, Check& check, const Moment& moment) {
  const WallTime now = moment.now;
  if (random.chance(0.15)) check.maintenance.push_back(make_recurring_window(random, moment));
  check.shadow = random.chance(0.06);
  if (random.chance(0.15)) {
    MaintenanceWindow window;
    window.from = now + some_minutes(random, 40);
    window.until = *window.from + some_minutes(random, 30);
    check.maintenance.push_back(window);
  }
  if (random.chance(0.06)) {
    check.paused = Paused{std::nullopt, "work"};
    if (random.chance(0.8)) check.paused->until = now + some_minutes(random, 15);
  }
}

}  // namespace

Check make_definition(Random& random, const std::string& name, const std::string& depends_on,
                      const Moment& moment) {
  Check check = test::make_check(name);
  check.interval = random.chance(0.6) ? Millis{60'000} : Millis{300'000};
  check.timeout = Millis{10'000};
  check.retries = static_cast<int>(random.below(2));
  check.quorum = make_quorum(random);
  if (random.chance(0.2)) {
    check.failing_x = 2;
    check.failing_y = random.chance(0.3) ? 7 : 3;
  }
  check.notify = make_receivers(random);
  if (random.chance(0.4)) check.slo = make_slo(random);
  if (random.chance(0.4))
    std::get<HttpAction>(check.steps.front().action).url = "https://shared.example/";
  add_alerts(random, check);
  keep_quiet(random, check, moment);
  if (random.chance(0.35)) check.steps.front().same_across_regions = {"etag"};
  check.steps.front().pop_near_region = random.chance(0.2);
  if (!depends_on.empty()) check.depends_on = {CheckName{depends_on}};
  return check;
}

Check make_plain_definition(Random& random, const std::string& name) {
  Check check = test::make_check(name);
  check.interval = Millis{60'000};
  check.timeout = Millis{10'000};
  check.retries = 0;
  check.notify = {random.chance(0.9) ? "pagerduty/a" : "pagerduty/b"};
  if (random.chance(0.1)) check.alerts.front().severity = Severity::error;
  if (random.chance(0.1)) check.notify.push_back("pagerduty/b");
  return check;
}

}  // namespace picket::oracle
