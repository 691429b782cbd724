#include "controller/evaluate/own_conditions.h"

#include <algorithm>
#include <utility>

#include "common/model/schedule.h"
#include "controller/evaluate/budget.h"
#include "controller/evaluate/thresholds.h"

namespace picket::controller {
namespace {

bool is_urgent(Severity severity) {
  return severity == Severity::critical || severity == Severity::error;
}

Judgement judge(const CheckState& state, const AlertState& alert, const CheckFacts& facts) {
  const auto& alerts = state.check->alerts;
  const auto defined = std::find_if(alerts.begin(), alerts.end(),
                                    [&](const Alert& one) { return one.id == alert.id; });
  if (defined == alerts.end()) return {};
  if (alert.condition == AlertCondition::burn_rate)
    return judge_burn(state, alert, is_urgent(defined->severity));
  return defined->threshold ? judge_threshold(state, alert, *defined->threshold, facts)
                            : Judgement{};
}

void take(CheckState& state, AlertState& alert, Judgement judged) {
  if (!judged.known) return;
  Episode& own = alert.own;
  if (judged.holds) {
    alert.quiet_since.reset();
    alert.finding = std::move(judged.text);
    if (!own.active)
      own = {true, state.now, state.now, round_start(state.now, state.check->interval), {}};
    own.regions = std::move(judged.regions);
    return;
  }
  if (!own.active) return;
  if (!alert.quiet_since) alert.quiet_since = state.now;
  if (alert.firing && state.now < *next_own_end(state, alert)) return;
  own.active = false;
  alert.quiet_since.reset();
}

}  // namespace

void update_own_conditions(CheckState& state, const CheckFacts& facts) {
  for (AlertState& alert : state.alerts)
    if (!is_verdict(alert.condition)) take(state, alert, judge(state, alert, facts));
}

std::optional<WallTime> next_own_end(const CheckState& state, const AlertState& alert) {
  if (!alert.own.active || !alert.quiet_since) return std::nullopt;
  return *alert.quiet_since + state.check->interval;
}

}  // namespace picket::controller
