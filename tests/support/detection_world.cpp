#include "tests/support/detection_world.h"

#include <algorithm>
#include <utility>

#include "common/model/schedule.h"
#include "tests/support/evaluation_world.h"

namespace picket::test {

using namespace controller;

DetectionWorld::DetectionWorld(Check check, FleetModel model, std::uint64_t seed)
    : regions(make_regions(model.regions)), check_(std::move(check)), model_(model),
      random_(seed), now_(WallTime::from_unix_ms(1'795'314'600'000)) {
  feed(CheckDefined{check_, Revision{std::string(64, '1')}, regions});
  schedule_round(now_);
}

bool DetectionWorld::broken(const RegionName& region, WallTime at) const {
  return fault && at >= fault->from && at < fault->until &&
         (fault->regions.empty() || fault->regions.contains(region));
}

void DetectionWorld::schedule_round(WallTime round) {
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const WallTime due = round + phase_of(check_.name, i, regions.size(), check_.interval);
    at(due, [this, key = RunKey{check_.name, regions[i], round, RunKind::scheduled, 0}, due] {
      start_run(key, due);
    });
  }
  at(round + check_.interval, [this, next = round + check_.interval] { schedule_round(next); });
}

// A confirmation is one attempt, every other run has its retries.
void DetectionWorld::start_run(const RunKey& key, WallTime start) {
  const int attempts = key.kind == RunKind::confirmation ? 1 : 1 + check_.retries;
  WallTime begun = start;
  bool failed = false;
  int made = 0;
  while (made < attempts && (made == 0 || failed)) {
    failed = broken(key.region, begun);
    begun = begun + (failed && model_.hangs ? check_.timeout : model_.run);
    ++made;
    if (failed && made == 1 && key.kind == RunKind::scheduled) {
      AttemptFailed attempt{.key = key, .at = begun};
      at(begun + model_.report_delay, [this, attempt] { feed(AttemptFailedReceived{attempt}); });
    }
  }
  RunSpec spec{.verdict = RunVerdict::pass, .kind = key.kind, .ordinal = key.ordinal};
  if (failed) spec.verdict = RunVerdict::fail;
  else if (made > 1) spec.verdict = RunVerdict::pass_on_retry;
  spec.lasted = begun - start;
  RunResult run = make_run(check_, key.region, begun, spec);
  run.key = key;
  at(begun + model_.report_delay, [this, run = std::move(run)] { feed(RunReceived{run}); });
}

void DetectionWorld::feed(decltype(Event::what) what) {
  take(evaluator.apply({++seq_, now_, std::move(what)}));
}

void DetectionWorld::take(Effects effects) {
  for (auto& transition : effects.transitions) transitions.push_back(std::move(transition));
  for (const BudgetSpent& spent : effects.budgets) refused += spent.refused;
  for (const RunRequest& order : effects.orders) {
    orders.push_back(order);
    if (random_.chance(model_.order_loss)) {
      ++orders_lost;
      continue;
    }
    const WallTime start = now_ + model_.order_delay;
    at(start, [this, start,
               key = RunKey{order.check, order.region, order.round, order.kind, order.ordinal}] {
      start_run(key, start);
    });
  }
}

void DetectionWorld::run_until(WallTime end) {
  while (true) {
    const auto due = evaluator.next_due();
    const bool has_work = !queue_.empty() && queue_.begin()->first <= end;
    if (due && *due <= end && (!has_work || *due <= queue_.begin()->first)) {
      now_ = std::max(now_, *due);
      take(evaluator.advance(now_));
    } else if (has_work) {
      auto work = queue_.extract(queue_.begin());
      now_ = std::max(now_, work.key());
      work.mapped()();
    } else {
      break;
    }
  }
  now_ = end;
}

std::optional<WallTime> DetectionWorld::first(const std::string& alert, AlertPhase phase) const {
  for (const AlertTransition& t : transitions)
    if (t.alert.id == alert && t.phase == phase && (!fault || t.at >= fault->from)) return t.at;
  return std::nullopt;
}

int DetectionWorld::count(const std::string& alert, AlertPhase phase) const {
  return static_cast<int>(
      std::count_if(transitions.begin(), transitions.end(), [&](const AlertTransition& t) {
        return t.alert.id == alert && t.phase == phase;
      }));
}

}  // namespace picket::test
