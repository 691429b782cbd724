#include "controller/evaluate/evaluator.h"

#include <algorithm>
#include <type_traits>

#include "common/calendar/calendar.h"
#include "common/model/schedule.h"
#include "controller/evaluate/alerts.h"
#include "controller/evaluate/budget.h"
#include "controller/evaluate/burn_down.h"
#include "controller/evaluate/check_machine.h"
#include "controller/evaluate/facts.h"
#include "controller/evaluate/orders.h"
#include "controller/evaluate/snapshot.h"

namespace picket::controller {
namespace {

RegionStatus status_of(const RegionName& name, const RegionState& region,
                       const RegionFacts& facts) {
  RegionStatus status{.region = name, .online = region.flags.online, .blind = region.flags.blind};
  status.reporting = facts.reporting;
  status.failing = facts.failing;
  status.keeps_failing = facts.keeps_failing;
  status.order_outstanding = region.ordered.has_value();
  if (!region.runs.empty()) status.last_run = region.runs.back().at;
  status.last_unknown = region.last_unknown;
  for (const RunBrief& run : region.runs) status.recent.push_back(run.verdict);
  if (facts.newest_failed || facts.failing) status.failure = region.failure.get();
  return status;
}

}  // namespace

std::string_view to_string(AlertPhase phase) {
  switch (phase) {
    case AlertPhase::suspected: return "suspected";
    case AlertPhase::fires: return "fires";
    case AlertPhase::changes: return "changes";
    case AlertPhase::clears: return "clears";
  }
  return "changes";
}

std::string_view to_string(SlotEnd end) {
  switch (end) {
    case SlotEnd::open: return "open";
    case SlotEnd::ran: return "ran";
    case SlotEnd::missed: return "missed";
    case SlotEnd::skipped: return "skipped";
    case SlotEnd::superseded: return "superseded";
  }
  return "open";
}

std::string_view to_string(RoundMark mark) {
  switch (mark) {
    case RoundMark::good: return "good";
    case RoundMark::bad: return "bad";
    case RoundMark::unmeasured: return "unmeasured";
    case RoundMark::excluded: return "excluded";
  }
  return "unmeasured";
}

Evaluator::Evaluator() = default;
Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;

CheckState* Evaluator::find(const CheckName& name) const {
  const auto found = checks_.find(name);
  return found == checks_.end() ? nullptr : found->second.get();
}

void Evaluator::reschedule(CheckState& state) {
  const auto due = picket::controller::next_due(state);
  if (due == state.due) return;
  if (state.due) due_.erase({*state.due, state.check->name});
  if (due) due_.emplace(*due, state.check->name);
  state.due = due;
}

template <class Take>
void Evaluator::apply_to(const CheckName& name, WallTime at, Effects& effects, Take&& take) {
  CheckState* state = find(name);
  if (state == nullptr) return;
  catch_up(*state, at, effects);
  state->now = std::max(state->now, at);
  take(*state);
  reschedule(*state);
}

void Evaluator::apply_defined(const CheckDefined& defined, WallTime at, Effects& effects) {
  if (find(defined.check.name) == nullptr) {
    auto state = make_check_state(defined, regions_, at, effects);
    reschedule(*checks_.emplace(defined.check.name, std::move(state)).first->second);
    return;
  }
  apply_to(defined.check.name, at, effects,
           [&](CheckState& state) { redefine(state, defined, regions_, effects); });
}

void Evaluator::apply_removed(const CheckName& name, WallTime at, Effects& effects) {
  CheckState* state = find(name);
  if (state == nullptr) return;
  catch_up(*state, at, effects);
  state->now = std::max(state->now, at);
  clear_alerts(*state, "check deleted", effects);
  if (state->due) due_.erase({*state->due, name});
  checks_.erase(name);
}

void Evaluator::apply_flags(const RegionName& region, WallTime at, Effects& effects) {
  const RegionFlags flags = regions_[region];
  for (const auto& [name, state] : checks_)
    if (state->regions.contains(region))
      apply_to(name, at, effects,
               [&](CheckState& check) { set_flags(check, region, flags, effects); });
}

void Evaluator::apply_started(WallTime at, Effects& effects) {
  for (const auto& [name, state] : checks_) {
    resume_listening(*state, at, effects);
    reschedule(*state);
  }
}

Effects Evaluator::apply(const Event& event) {
  Effects effects;
  const WallTime at = event.at;
  const auto take = [&](const auto& what) {
    using What = std::decay_t<decltype(what)>;
    if constexpr (std::is_same_v<What, RunReceived>) {
      apply_to(what.run.key.check, at, effects,
               [&](CheckState& state) { receive_run(state, what, effects); });
    } else if constexpr (std::is_same_v<What, AttemptFailedReceived>) {
      apply_to(what.attempt.key.check, at, effects,
               [&](CheckState& state) { receive_attempt(state, what, effects); });
    } else if constexpr (std::is_same_v<What, MissedReceived>) {
      apply_to(what.missed.check, at, effects,
               [&](CheckState& state) { receive_missed(state, what); });
    } else if constexpr (std::is_same_v<What, CheckDefined>) {
      apply_defined(what, at, effects);
    } else if constexpr (std::is_same_v<What, CheckRemoved>) {
      apply_removed(what.check, at, effects);
    } else if constexpr (std::is_same_v<What, RegionLiveness>) {
      if (what.removed) {  // no check is assigned to it
        regions_.erase(what.region);
        return;
      }
      regions_[what.region].online = what.online;
      regions_[what.region].drains_until = what.drains_until;
      apply_flags(what.region, at, effects);
    } else if constexpr (std::is_same_v<What, RegionSight>) {
      RegionFlags& flags = regions_[what.region];
      if (flags.blind && !what.blind) flags.sees_since = at;
      flags.blind = what.blind;
      apply_flags(what.region, at, effects);
    } else if constexpr (std::is_same_v<What, AgentSightChanged>) {
      auto& blind = regions_[what.region].blind_agents;
      if (what.blind)
        blind.insert(what.agent);
      else
        blind.erase(what.agent);
      apply_flags(what.region, at, effects);
    } else if constexpr (std::is_same_v<What, TimePassed>) {
      apply_to(what.check, at, effects, [](CheckState&) {});
    } else if constexpr (std::is_same_v<What, ControllerStarted>) {
      apply_started(at, effects);
    }
  };
  std::visit(take, event.what);
  return effects;
}

Effects Evaluator::advance(WallTime now) {
  Effects effects;
  while (!due_.empty() && due_.begin()->first <= now) {
    const auto [due, name] = *due_.begin();
    CheckState& state = *checks_.at(name);
    catch_up(state, due, effects);
    reschedule(state);
    effects.time_passed.emplace_back(state.now, name);
  }
  return effects;
}

std::optional<WallTime> Evaluator::next_due() const {
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first;
}

std::string Evaluator::snapshot(const CheckName& name) const {
  const CheckState* state = find(name);
  return state == nullptr ? std::string{} : write_snapshot(*state);
}

std::string Evaluator::snapshot_regions() const { return write_snapshot(regions_); }

Status Evaluator::restore(const std::string& blob) {
  auto state = read_check_snapshot(blob);
  if (!state) return fail(std::move(state.error()));
  const CheckName name = (*state)->check->name;
  if (const CheckState* old = find(name); old != nullptr && old->due) due_.erase({*old->due, name});
  auto& kept = checks_[name];
  kept = std::move(*state);
  reschedule(*kept);
  return {};
}

Status Evaluator::restore_regions(const std::string& blob) {
  auto regions = read_regions_snapshot(blob);
  if (!regions) return fail(std::move(regions.error()));
  regions_ = std::move(*regions);
  return {};
}

std::vector<CheckName> Evaluator::checks() const {
  std::vector<CheckName> names;
  for (const auto& [name, state] : checks_) names.push_back(name);
  return names;
}

std::optional<BurnDown> Evaluator::burn_down(const CheckName& name, std::size_t points_max) const {
  const CheckState* state = find(name);
  return state == nullptr ? std::nullopt : controller::burn_down(*state, points_max);
}

CheckVerdict Evaluator::verdict(const CheckName& name) const {
  const CheckState* state = find(name);
  return state == nullptr ? CheckVerdict::pending : state->verdict;
}

std::optional<CheckView> Evaluator::view(const CheckName& name) const {
  const CheckState* state = find(name);
  if (state == nullptr) return std::nullopt;
  const CheckFacts facts = look(*state, state->now);
  CheckView view{state->check, state->revision, state->verdict, state->since};
  view.quorum = facts.quorum;
  view.failing = facts.failing;
  view.reporting = facts.reporting;
  for (const auto& [region, of] : state->regions)
    view.regions.push_back(status_of(region, of, facts.of(region)));
  for (const AlertState& alert : state->alerts)
    if (alert.firing) view.firing.push_back(alert.id);
  for (const RoundFinding& finding : state->watch.findings)
    view.round_findings.push_back(finding.text);
  view.round_holds = state->watch.holds;
  view.round_not_judged = state->watch.not_judged;
  view.detection_left = budget_left(*state, BudgetKind::detection, state->now);
  view.recovery_left = budget_left(*state, BudgetKind::recovery, state->now);
  view.slo = slo_status(*state);
  view.flapping = state->flap.holds;
  if (const auto* window = calendar::active_window(state->check->maintenance, state->now))
    view.maintenance = window->reason;
  if (is_paused(*state->check, state->now)) view.paused = state->check->paused->reason;
  return view;
}

bool Evaluator::is_closed(const CheckName& check, WallTime round, WallTime now) const {
  const CheckState* state = find(check);
  if (state == nullptr) return false;
  return round_close(round, state->check->interval, run_limit(*state->check)) <= now;
}

}  // namespace picket::controller
