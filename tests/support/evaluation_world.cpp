#include "tests/support/evaluation_world.h"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <utility>

#include "common/model/schedule.h"

namespace picket::test {
namespace {

constexpr std::int64_t kStart = 1'795'314'600'000;  // 2026-11-22T02:30:00Z, a round's start

FailureSummary failure_of(const RunSpec& spec) {
  FailureSummary failure{.kind = FailureKind::http_status, .step = spec.step};
  failure.message = fmt::format("expect.status: wanted 200, got {}", spec.status);
  failure.status = spec.status;
  failure.pop = spec.pop;
  failure.remote_address = spec.address;
  return failure;
}

StepResult make_step(const RunSpec& spec, bool failed, bool degraded) {
  StepResult step{.name = spec.step};
  RequestResult request{.method = "GET", .url = "https://shop.example/"};
  request.status = failed ? spec.status : 200;
  request.pop = spec.pop;
  request.remote_address = spec.address;
  step.requests.push_back(std::move(request));
  if (failed) {
    step.status = StepStatus::failed;
    step.failures.push_back({FailureKind::http_status, failure_of(spec).message, {}});
  }
  if (degraded) {
    step.status = StepStatus::degraded;
    step.warnings.push_back({FailureKind::expectation, "expect.warn.duration: 2.1 s", {}});
  }
  return step;
}

}  // namespace

std::vector<RegionName> make_regions(int count) {
  std::vector<RegionName> names;
  for (int i = 1; i <= count; ++i) names.emplace_back(fmt::format("r{:02}", i));
  return names;
}

Alert make_alert(const std::string& id, AlertCondition condition, Millis hold) {
  Alert alert{.id = id, .condition = condition, .hold = hold};
  if (condition != AlertCondition::down) alert.severity = Severity::error;
  return alert;
}

Check with_alert(AlertCondition condition) {
  Check check = make_check();
  check.alerts.push_back(make_alert(std::string{to_string(condition)}, condition));
  return check;
}

Check make_check(const std::string& name) {
  Check check;
  check.name = CheckName{name};
  check.owner = "team-shop";
  check.regions.all = true;
  Step step{.name = "http"};
  HttpAction action;
  action.url = "https://" + name + ".example/";
  step.action = action;
  check.steps.push_back(std::move(step));
  check.alerts = {make_alert("down", AlertCondition::down),
                  make_alert("regional", AlertCondition::regional)};
  check.notify = {"pagerduty/shop"};
  return check;
}

RunResult make_run(const Check& check, const RegionName& region, WallTime ended,
                   const RunSpec& spec) {
  RunResult run;
  run.started = ended - spec.lasted;
  run.key = {check.name, region, round_start(run.started, check.interval), spec.kind, spec.ordinal};
  run.revision = Revision{std::string(64, '1')};
  run.trace_id = std::string(32, 'a');
  run.duration = spec.lasted;
  run.verdict = spec.verdict;
  const bool failed = spec.verdict == RunVerdict::fail;
  Attempt last{.run_id = "a", .started = run.started, .duration = spec.lasted};
  last.verdict = spec.verdict == RunVerdict::pass_on_retry ? RunVerdict::pass : spec.verdict;
  last.steps.push_back(make_step(spec, failed, spec.verdict == RunVerdict::degraded));
  if (spec.verdict == RunVerdict::pass_on_retry) {
    Attempt first = last;
    first.verdict = RunVerdict::fail;
    first.steps = {make_step(spec, true, false)};
    run.attempts.push_back(std::move(first));
  }
  run.attempts.push_back(std::move(last));
  return run;
}

EvaluationWorld::EvaluationWorld(int count, Check definition)
    : check(std::move(definition)),
      regions(make_regions(count)),
      now(WallTime::from_unix_ms(kStart)) {
  define(check);
}

Effects EvaluationWorld::keep(Effects effects) {
  const auto add = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  add(transitions, effects.transitions);
  add(orders, effects.orders);
  add(rounds, effects.rounds);
  add(budgets, effects.budgets);
  return effects;
}

void EvaluationWorld::forget() {
  transitions.clear();
  orders.clear();
  rounds.clear();
  budgets.clear();
}

Effects EvaluationWorld::apply(decltype(controller::Event::what) what) {
  controller::Event event{++seq_, now, std::move(what)};
  log.push_back(event);
  return keep(evaluator.apply(event));
}

Effects EvaluationWorld::run(const RegionName& region, const RunSpec& given) {
  RunSpec spec = given;
  // Runs of one round are told apart by ordinals; the test does not care which.
  if (spec.kind != RunKind::scheduled && spec.ordinal == 0)
    spec.ordinal = static_cast<std::uint32_t>(seq_ + 1);
  return apply(controller::RunReceived{make_run(check, region, now, spec), "agent-1"});
}

Effects EvaluationWorld::run(const RegionName& region, RunVerdict verdict) {
  RunSpec spec;
  spec.verdict = verdict;
  return run(region, spec);
}

Effects EvaluationWorld::attempt_failed(const RegionName& region) {
  RunSpec spec;
  AttemptFailed attempt{.at = now, .failure = failure_of(spec)};
  attempt.key = {check.name, region, round_start(now, check.interval), RunKind::scheduled, 0};
  return apply(controller::AttemptFailedReceived{std::move(attempt), "agent-1"});
}

Effects EvaluationWorld::define(Check definition) {
  check = std::move(definition);
  return apply(controller::CheckDefined{check, Revision{std::string(64, '1')}, regions});
}

Effects EvaluationWorld::define_regions(int count) {
  regions = make_regions(count);
  return define(check);
}

Effects EvaluationWorld::wait_until(WallTime at) {
  now = at;
  return keep(evaluator.advance(now));
}

Effects EvaluationWorld::wait(Millis span) { return wait_until(now + span); }

void EvaluationWorld::warm_up() {
  const Millis step = check.interval / static_cast<std::int64_t>(regions.size());
  for (const RegionName& region : regions) {
    wait(step);
    run(region, RunVerdict::pass);
  }
  wait(Seconds{1});  // into the next round
  forget();
}

void rechecks(EvaluationWorld& world, int region, RunVerdict verdict, int times) {
  for (int i = 0; i < times; ++i) {
    world.wait(Seconds{5});
    world.run(world.region(region), recheck(verdict));
  }
}

EvaluationWorld make_down(int failing) {
  EvaluationWorld world;
  world.warm_up();
  for (int i = 1; i <= failing; ++i) rechecks(world, i, RunVerdict::fail, 1);
  if (world.verdict() != CheckVerdict::down) throw std::logic_error("make_down: it is not down");
  world.forget();
  return world;
}

std::vector<std::string> names_of(const std::vector<controller::AlertTransition>& transitions) {
  std::vector<std::string> names;
  for (const auto& transition : transitions)
    names.push_back(fmt::format("{} {}", transition.alert.id, to_string(transition.phase)));
  return names;
}

}  // namespace picket::test
