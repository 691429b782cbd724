// A check, its regions and an Evaluator under a clock that the test moves: makes events with
// plausible contents and collects what follows. For tests of evaluation, incidents and the fleet.
#pragma once

#include <string>
#include <vector>

#include "controller/evaluate/evaluator.h"

namespace picket::test {

// Regions "r01", "r02", ... of a fleet.
std::vector<RegionName> make_regions(int count);

// 5 min, 30 s timeout, one retry, `down` (critical) and `regional` (error) as by default.
Check make_check(const std::string& name = "shop");
Alert make_alert(const std::string& id, AlertCondition condition, Millis hold = Millis{0});
Check with_alert(AlertCondition condition);  // make_check() and one of that name more

struct RunSpec {
  RunVerdict verdict{RunVerdict::pass};
  RunKind kind{RunKind::scheduled};
  std::uint32_t ordinal{0};
  Millis lasted{300};
  int status{500};
  std::string pop;
  std::string address;
  std::string step{"http"};
};

inline RunSpec recheck(RunVerdict verdict) {
  return {.verdict = verdict, .kind = RunKind::recheck};
}

// A run that has just ended at `ended` in the round of its start.
RunResult make_run(const Check& check, const RegionName& region, WallTime ended,
                   const RunSpec& spec);

using controller::Effects;

class EvaluationWorld {
 public:
  explicit EvaluationWorld(int regions = 12, Check check = make_check());

  // Each moves nothing but what the event says; `now` is the time of the event.
  Effects apply(decltype(controller::Event::what) what);
  Effects run(const RegionName& region, RunVerdict verdict);
  Effects run(const RegionName& region, const RunSpec& spec);
  Effects attempt_failed(const RegionName& region);
  Effects define(Check check);
  Effects define_regions(int count);
  Effects wait(Millis span);
  Effects wait_until(WallTime at);

  // Every region passes once, spread over an interval; what happened is not kept.
  void warm_up();

  CheckVerdict verdict() const { return evaluator.verdict(check.name); }
  controller::CheckView view() const { return *evaluator.view(check.name); }
  const RegionName& region(int number) const { return regions.at(static_cast<size_t>(number - 1)); }

  Check check;
  std::vector<RegionName> regions;
  controller::Evaluator evaluator;
  WallTime now;
  std::vector<controller::Event> log;                    // all that was applied
  std::vector<controller::AlertTransition> transitions;  // all since the start or clear()
  std::vector<controller::RunRequest> orders;
  std::vector<controller::RoundSummary> rounds;
  std::vector<controller::BudgetSpent> budgets;
  void forget();  // empties the four above

 private:
  Effects keep(Effects effects);
  std::uint64_t seq_{0};
};

// Twelve regions, all well until a recheck of each of that many fails: down.
EvaluationWorld make_down(int failing = 3);

// That many of the region (a number from 1 on), 5 s apart.
void rechecks(EvaluationWorld& world, int region, RunVerdict verdict, int times);

// "down fires", "regional clears": the transitions in order, by alert id and phase.
std::vector<std::string> names_of(const std::vector<controller::AlertTransition>& transitions);

}  // namespace picket::test
