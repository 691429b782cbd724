#include "controller/evaluate/budget.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/calendar/calendar.h"
#include "controller/evaluate/budget_points.h"

namespace picket::controller {
namespace {

BudgetCounts counts_over(const std::vector<BudgetPoint>& points, Millis window) {
  if (points.empty()) return {};
  return counts_between(point_at(points, points.back().until - window), points.back());
}

bool in_maintenance(const Check& check, WallTime from, WallTime until) {
  for (const MaintenanceWindow& window : check.maintenance) {
    if (calendar::span_at(window, from)) return true;
    const auto next = calendar::next_span(window, from);
    if (next && next->begin < until) return true;
  }
  return false;
}

bool is_measured(const SlotOutcome& slot) {
  return slot.end == SlotEnd::ran && slot.verdict != RunVerdict::unknown;
}

void add_run(const Slo& slo, RunVerdict verdict, Millis duration, BudgetPoint& point) {
  if (verdict == RunVerdict::unknown) return;
  const bool failed = verdict == RunVerdict::fail;
  if (slo.budget_by == BudgetBy::runs) ++(failed ? point.bad : point.good);
  if (failed || !slo.latency) return;
  ++(duration < slo.latency->under ? point.fast : point.slow);
}

struct Burn {
  std::optional<double> rate_long;
  std::optional<double> rate_short;
  std::uint64_t bad{0};
  bool too_fast(double factor) const {
    return bad >= kBurnBadLeast && rate_long && rate_short && *rate_long >= factor &&
           *rate_short >= factor;
  }
};

Millis short_window(const Check& check, const BurnWindow& window) {
  return std::max(window.short_window, check.interval * 2);
}

Burn burn_of(const CheckState& state, const BurnWindow& window, bool latency) {
  const BudgetCounts over_long = counts_over(state.budget, window.long_window);
  const BudgetCounts over_short = counts_over(state.budget, short_window(*state.check, window));
  const Slo& slo = *state.check->slo;
  if (!latency)
    return {burn_rate_of(over_long.good, over_long.bad, slo.objective),
            burn_rate_of(over_short.good, over_short.bad, slo.objective), over_long.bad};
  return {burn_rate_of(over_long.fast, over_long.slow, slo.latency->objective),
          burn_rate_of(over_short.fast, over_short.slow, slo.latency->objective), over_long.slow};
}

std::string burn_text(const CheckState& state, const BurnWindow& window, const Burn& burn,
                      bool latency) {
  return fmt::format("the {}budget of {} % burns at {:.1f} times over {} and {:.1f} times over {}",
                     latency ? "latency " : "",
                     latency ? state.check->slo->latency->objective : state.check->slo->objective,
                     *burn.rate_long, render_duration(window.long_window), *burn.rate_short,
                     render_duration(short_window(*state.check, window)));
}

BudgetStatus status_of(const CheckState& state, bool latency) {
  const Slo& slo = *state.check->slo;
  BudgetStatus status;
  status.objective = latency ? slo.latency->objective : slo.objective;
  const BudgetCounts counts = counts_over(state.budget, slo.window);
  status.good = latency ? counts.fast : counts.good;
  status.bad = latency ? counts.slow : counts.bad;
  if (!state.budget.empty()) {
    status.good_total = latency ? state.budget.back().fast : state.budget.back().good;
    status.bad_total = latency ? state.budget.back().slow : state.budget.back().bad;
  }
  for (const BurnWindow& window : kBurnWindows) {
    const Burn burn = burn_of(state, window, latency);
    status.burn.push_back({window.factor, window.long_window, short_window(*state.check, window),
                           burn.rate_long, burn.rate_short, burn.too_fast(window.factor)});
  }
  const auto spent = burn_rate_of(status.good, status.bad, status.objective);
  if (!spent) return status;
  status.left = 1 - *spent;
  if (*status.left <= 0) {
    status.exhausted = state.budget.back().until;
    return status;
  }
  // At the pace of the last six hours.
  const auto pace = status.burn[1].rate_long;
  if (!pace || *pace <= 0) return status;
  const double windows = *status.left / *pace;
  const auto ms = static_cast<std::int64_t>(windows * static_cast<double>(slo.window.count()));
  if (windows <= 1) status.exhausted = state.budget.back().until + Millis{ms};
  return status;
}

}  // namespace

RoundMark mark_round(const CheckState& state, WallTime round,
                     const std::vector<SlotOutcome>& slots) {
  const Check& check = *state.check;
  if (in_maintenance(check, round, round + check.interval)) return RoundMark::excluded;
  const auto measured = std::count_if(slots.begin(), slots.end(), is_measured);
  const auto failed = std::count_if(slots.begin(), slots.end(), [](const SlotOutcome& slot) {
    return is_measured(slot) && slot.verdict == RunVerdict::fail;
  });
  const int assigned = static_cast<int>(slots.size());
  const int quorum = quorum_of(check.quorum, assigned);
  if (assigned > 0 && failed >= quorum) return RoundMark::bad;
  return measured >= std::max({1, quorum, (assigned + 1) / 2}) ? RoundMark::good
                                                               : RoundMark::unmeasured;
}

bool counts_alike(const std::optional<Slo>& a, const std::optional<Slo>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  const auto under = [](const Slo& slo) {
    return slo.latency ? std::optional{slo.latency->under} : std::nullopt;
  };
  return a->budget_by == b->budget_by && under(*a) == under(*b);
}

void count_round(CheckState& state, const RoundSummary& summary) {
  if (!state.check->slo) return;
  const Slo& slo = *state.check->slo;
  const WallTime until = summary.round + state.check->interval;
  begin_points(state.budget, summary.round);
  BudgetPoint point = state.budget.back();
  // Another interval may end a round where an older one ended.
  point.until = std::max(until, point.until);
  if (summary.mark != RoundMark::excluded) {
    if (slo.budget_by == BudgetBy::rounds && summary.mark == RoundMark::good) ++point.good;
    if (slo.budget_by == BudgetBy::rounds && summary.mark == RoundMark::bad) ++point.bad;
    for (const SlotOutcome& slot : summary.slots)
      if (is_measured(slot)) add_run(slo, slot.verdict, slot.duration, point);
  }
  if (state.budget.back().until == point.until)
    state.budget.back() = point;
  else
    state.budget.push_back(point);
  trim_points(state.budget, slo);
}

void count_late_run(CheckState& state, const RunResult& run) {
  if (!state.check->slo || state.budget.empty()) return;
  const WallTime until = run.key.round + state.check->interval;
  if (in_maintenance(*state.check, run.key.round, until)) return;
  const Slo& slo = *state.check->slo;
  const auto duration = std::chrono::duration_cast<Millis>(run.duration);
  // Counting begins with zeros, whatever comes late of the time before.
  const bool begins = is_begin(state.budget.front());
  for (BudgetPoint& point : state.budget)
    if (point.until >= until && !(begins && &point == &state.budget.front()))
      add_run(slo, run.verdict, duration, point);
}

namespace {

// A `down` is told of, or was within the short window: what burnt until then has been paged.
bool was_told(const CheckState& state, const BurnWindow& window) {
  const bool stands = std::any_of(state.alerts.begin(), state.alerts.end(), [](const auto& alert) {
    return alert.firing && alert.condition == AlertCondition::down;
  });
  return stands ||
         (state.down_ended && state.now - *state.down_ended < short_window(*state.check, window));
}

}  // namespace

Judgement judge_burn(const CheckState& state, const AlertState& alert, bool urgent) {
  Judgement out;
  if (!state.check->slo || state.budget.empty()) return out;
  out.known = true;
  for (const BurnWindow& window : kBurnWindows) {
    if (window.urgent != urgent || (!alert.firing && was_told(state, window))) continue;
    for (const bool latency : {false, true}) {
      if (latency && !state.check->slo->latency) continue;
      const Burn burn = burn_of(state, window, latency);
      out.known = out.known && burn.rate_short.has_value();
      if (!burn.too_fast(window.factor)) continue;
      out.holds = out.known = true;
      out.text = burn_text(state, window, burn, latency);
      return out;
    }
  }
  return out;
}

std::optional<SloStatus> slo_status(const CheckState& state) {
  if (!state.check->slo) return std::nullopt;
  SloStatus status;
  status.window = state.check->slo->window;
  status.budget_by = state.check->slo->budget_by;
  if (!state.budget.empty()) status.until = state.budget.back().until;
  status.availability = status_of(state, false);
  if (state.check->slo->latency) status.latency = status_of(state, true);
  return status;
}

}  // namespace picket::controller
