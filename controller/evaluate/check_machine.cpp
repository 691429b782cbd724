#include "controller/evaluate/check_machine.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/model/schedule.h"
#include "controller/evaluate/alerts.h"
#include "controller/evaluate/budget.h"
#include "controller/evaluate/conditions.h"
#include "controller/evaluate/facts.h"
#include "controller/evaluate/orders.h"
#include "controller/evaluate/round_watch.h"
#include "controller/evaluate/rounds.h"
#include "controller/evaluate/sightings.h"
#include "controller/evaluate/thresholds.h"

namespace picket::controller {
namespace {

void earliest(std::optional<WallTime>& next, std::optional<WallTime> at) {
  if (at && (!next || *at < *next)) next = at;
}

// Brings everything that follows from the runs up to state.now.
void settle(CheckState& state, Effects& effects) {
  note_pause(state);
  if (is_paused(*state.check, state.now)) return;
  for (auto& [name, region] : state.regions)
    if (region.attempt_failed && state.now >= attempt_expiry(*state.check, *region.attempt_failed))
      region.attempt_failed.reset();
  CheckFacts facts = look(state, state.now);
  const CheckVerdict before = state.verdict;
  update_conditions(state, facts, state.now);
  if (state.verdict != before)
    effects.verdicts.push_back({state.check->name, before, state.verdict, state.now});
  const std::size_t said = effects.transitions.size();
  update_alerts(state, facts, effects);
  for (std::size_t i = said; i < effects.transitions.size(); ++i)
    if (effects.transitions[i].phase == AlertPhase::clears)
      effects.evidence_wanted.push_back(state.check->name);
  schedule_rechecks(state, facts);
}

// When the first whole round from then on has closed.
WallTime first_close(const Check& check, WallTime at) {
  const WallTime first = round_start(at, check.interval) + check.interval;
  return round_close(first, check.interval, run_limit(check));
}

void expect_data_from(CheckState& state, WallTime at) {
  state.not_before = std::max(state.not_before, first_close(*state.check, at));
}

void assign(CheckState& state, const CheckDefined& defined,
            const std::map<RegionName, RegionFlags>& flags) {
  std::map<RegionName, RegionState> next;
  const Millis interval = defined.check.interval;
  for (const RegionName& name : defined.regions) {
    const auto old = state.regions.find(name);
    RegionState region;
    if (old != state.regions.end())
      region = std::move(old->second);
    else
      region.first_round = round_start(state.now, interval) + interval;
    const auto known = flags.find(name);
    if (known != flags.end()) region.flags = known->second;
    next.emplace(name, std::move(region));
  }
  state.regions = std::move(next);
  const auto gone = [&](const RegionName& name) { return !state.regions.contains(name); };
  for (Episode& episode : state.episodes) std::erase_if(episode.regions, gone);
  std::erase_if(state.suspicion.regions, gone);
}

void take_labels(CheckState& state, const CheckDefined& defined) {
  state.continents = defined.continents;
  state.providers = defined.providers;
  state.networks = defined.networks;
}

Millis as_millis(Nanos span) { return std::chrono::duration_cast<Millis>(span); }

bool counts_for_state(const RunReceived& received) {
  return !received.late && !received.superseded && received.run.key.kind != RunKind::manual;
}

// False for a run that is known already, or older than all that are kept.
bool insert_run(RegionState& region, const RunBrief& brief, std::size_t most) {
  const auto same = [&](const RunBrief& run) {
    return run.round == brief.round && run.kind == brief.kind && run.ordinal == brief.ordinal;
  };
  if (std::any_of(region.runs.begin(), region.runs.end(), same)) return false;
  const auto after = [](const RunBrief& a, const RunBrief& b) { return a.at < b.at; };
  if (region.runs.size() >= most && after(brief, region.runs.front())) return false;
  region.runs.insert(std::upper_bound(region.runs.begin(), region.runs.end(), brief, after), brief);
  // More than one where a definition had asked for a longer memory.
  const std::size_t extra = region.runs.size() - std::min(region.runs.size(), most);
  region.runs.erase(region.runs.begin(), region.runs.begin() + static_cast<std::ptrdiff_t>(extra));
  return true;
}

std::optional<FailureSummary> summarize_warning(const RunResult& run) {
  for (const StepResult& step : run.attempts.back().steps) {
    if (step.warnings.empty()) continue;
    const Failure& warning = step.warnings.front();
    FailureSummary summary{.kind = warning.kind, .step = step.name, .message = warning.message};
    summary.at = warning.at;
    return summary;
  }
  return std::nullopt;
}

// What the region's newest run showed, for titles, attribution and differences.
void note_facts(const Check& check, RegionState& region, const RunReceived& received) {
  const RunResult& run = received.run;
  region.duration = as_millis(run.duration);
  if (run.attempts.empty()) return;
  note_traits(region, received);
  if (run.verdict == RunVerdict::fail) {
    region.failure = summarize_failure(run);
    return;
  }
  region.warning = summarize_warning(run);
  keep_round_facts(check, run, region);
}

void count_first_attempt(CheckState& state, const RunResult& run) {
  if (run.key.kind != RunKind::scheduled || run.attempts.empty()) return;
  if (state.episode(AlertCondition::down).active || state.episode(AlertCondition::regional).active)
    return;
  state.first_attempts += run.attempts.front().verdict == RunVerdict::fail ? '1' : '0';
  if (state.first_attempts.size() > kFirstAttempts) state.first_attempts.erase(0, 1);
}

// What a run that counts sets in motion besides the verdict.
void react(CheckState& state, const RunReceived& received, bool was_failing, Effects& effects) {
  const RunKey& key = received.run.key;
  const bool failed = received.run.verdict == RunVerdict::fail;
  if (is_paused(*state.check, state.now)) return;
  if (failed && key.kind == RunKind::scheduled && !was_failing)
    confirm_elsewhere(state, key.region, key.round, effects);
  if (failed && key.kind == RunKind::confirmation) widen(state, effects);
  if (!failed && was_failing) accelerate(state, key.region, effects);
}

bool is_by_blind(const RegionState& region, const std::string& agent) {
  return region.flags.blind_agents.contains(agent);
}

// What a region's newest runs failed for an agent that turned out to be blind is no failure.
void discount_blind(RegionState& region, const RegionName& name) {
  if (!region.failed || region.runs.empty()) return;
  const auto& blind = region.flags.blind_agents;
  const bool by_blind = std::any_of(blind.begin(), blind.end(), [&](const std::string& agent) {
    return region.failed->has(Dimension::agent, name.value + "/" + agent);
  });
  if (!by_blind) return;
  region.attempt_failed.reset();
  while (!region.runs.empty() && region.runs.back().verdict == RunVerdict::fail)
    region.runs.pop_back();
}

// What was seen from a blind region was the region: neither its failures nor its passes count.
void forget_runs(RegionState& region) {
  region.runs.clear();
  region.attempt_failed.reset();
  region.next_recheck.reset();
}

void take_run(CheckState& state, RegionState& region, const RunReceived& received,
              Effects& effects) {
  const RunResult& run = received.run;
  region.ordered.reset();
  region.repeated = false;
  if (run.key.kind == RunKind::scheduled && run.key.round >= region.attempt_round)
    region.attempt_failed.reset();
  const bool discounted = run.started < region.flags.sees_since ||
                          (run.verdict == RunVerdict::fail && is_by_blind(region, received.agent));
  if (run.verdict == RunVerdict::unknown || discounted) {
    region.last_unknown = std::min(run.started, state.now);
    return;
  }
  const bool was_failing = !region.runs.empty() && region.runs.back().verdict == RunVerdict::fail;
  const RunBrief brief{std::min(run.started, state.now), run.key.round, run.key.kind,
                       run.key.ordinal, run.verdict};
  const auto most =
      std::max(kPersistWindow, static_cast<std::size_t>(std::max(0, state.check->failing_y)));
  if (!insert_run(region, brief, most)) return;
  count_first_attempt(state, run);
  keep_samples(state, run, brief.at);
  if (!(region.runs.back() == brief)) return;  // older than what is known: it reorders nothing
  region.next_recheck.reset();
  note_facts(*state.check, region, received);
  react(state, received, was_failing, effects);
}

SlotOutcome outcome_of(const RunReceived& received) {
  return {.region = received.run.key.region,
          .end = received.superseded ? SlotEnd::superseded : SlotEnd::ran,
          .verdict = received.run.verdict,
          .duration = as_millis(received.run.duration)};
}

}  // namespace

std::optional<WallTime> next_due(const CheckState& state) {
  const Check& check = *state.check;
  std::optional<WallTime> next = next_round_close(state);
  if (is_paused(check, state.now)) {
    earliest(next, check.paused->until);
    return next;
  }
  earliest(next, state.patience);
  earliest(next, next_alert_due(state));
  if (state.not_before > state.now) earliest(next, state.not_before);
  for (const auto& [name, region] : state.regions) {
    earliest(next, region.next_recheck);
    if (region.flags.drains_until > state.now) earliest(next, region.flags.drains_until);
    if (region.awaited_until > state.now) earliest(next, region.awaited_until);
    if (region.attempt_failed) earliest(next, attempt_expiry(check, *region.attempt_failed));
    if (region.runs.empty()) continue;
    const WallTime stale = region.runs.back().at + fresh_for(check) + Millis{1};
    if (stale > state.now) earliest(next, stale);
  }
  return next;
}

bool catch_up(CheckState& state, WallTime now, Effects& effects) {
  bool moved = false;
  for (auto due = next_due(state); due && *due <= now; due = next_due(state)) {
    moved = true;
    const bool was_paused = is_paused(*state.check, state.now);
    state.now = std::max(state.now, *due);
    const WallTime closing = state.next_close;
    close_rounds(state, effects);
    if (state.next_close != closing && !was_paused)
      watch_round(state, state.next_close - state.check->interval);
    if (was_paused && !is_paused(*state.check, state.now)) expect_data_from(state, state.now);
    if (!is_paused(*state.check, state.now)) {
      if (state.patience && *state.patience <= state.now) replace_unanswered(state, effects);
      order_rechecks(state, effects);
    }
    settle(state, effects);
  }
  return moved;
}

std::unique_ptr<CheckState> make_check_state(const CheckDefined& defined,
                                             const std::map<RegionName, RegionFlags>& flags,
                                             WallTime at, Effects& effects) {
  auto state = std::make_unique<CheckState>();
  state->check = std::make_shared<const Check>(defined.check);
  state->revision = defined.revision;
  take_labels(*state, defined);
  state->now = at;
  state->since = at;
  for (const Alert& alert : defined.check.alerts)
    state->alerts.push_back(make_alert_state(alert, at));
  begin_rounds(*state, at);
  assign(*state, defined, flags);
  expect_data_from(*state, at);
  effects.evidence_wanted.push_back(defined.check.name);
  settle(*state, effects);
  return state;
}

void redefine(CheckState& state, const CheckDefined& defined,
              const std::map<RegionName, RegionFlags>& flags, Effects& effects) {
  const bool was_paused = is_paused(*state.check, state.now);
  const Millis old_interval = state.check->interval;
  if (state.revision != defined.revision) effects.evidence_wanted.push_back(defined.check.name);
  const bool told_differently =
      state.check->alerts != defined.check.alerts || state.check->notify != defined.check.notify;
  if (old_interval != defined.check.interval) close_all_rounds(state, effects);
  if (!same_round_conditions(*state.check, defined.check)) state.watch = {};
  if (!counts_alike(state.check->slo, defined.check.slo)) state.budget.clear();
  take_labels(state, defined);
  rebind_alerts(state, std::make_shared<const Check>(defined.check), effects);
  state.revision = defined.revision;
  assign(state, defined, flags);
  if (old_interval != state.check->interval) {
    begin_rounds(state, state.now);
    state.counter.floor = state.counter.most;
  }
  const bool paused = is_paused(*state.check, state.now);
  if (paused && !was_paused)
    note_on_alerts(state, "paused: " + state.check->paused->reason, effects);
  else if (told_differently)
    note_on_alerts(state, "who is told has changed", effects);
  if (was_paused != paused || old_interval != state.check->interval)
    expect_data_from(state, state.now);
  settle(state, effects);
}

void receive_run(CheckState& state, const RunReceived& received, Effects& effects) {
  const RunKey& key = received.run.key;
  if (key.kind == RunKind::scheduled && !received.late)
    record_slot(state, key.round, outcome_of(received));
  const auto region = state.regions.find(key.region);
  if (region == state.regions.end()) return;
  if (received.late && !received.superseded && key.kind == RunKind::scheduled)
    count_late_run(state, received.run);
  if (!counts_for_state(received)) return;
  if (round_close(key.round, state.check->interval, run_limit(*state.check)) <= state.now) return;
  take_run(state, region->second, received, effects);
  settle(state, effects);
}

void receive_attempt(CheckState& state, const AttemptFailedReceived& received, Effects& effects) {
  const RunKey& key = received.attempt.key;
  const auto found = state.regions.find(key.region);
  if (found == state.regions.end() || key.kind != RunKind::scheduled) return;
  if (is_paused(*state.check, state.now)) return;
  RegionState& region = found->second;
  const bool known = std::any_of(region.runs.begin(), region.runs.end(), [&](const auto& run) {
    return run.round == key.round && run.kind == RunKind::scheduled;
  });
  const bool stale =
      state.now - key.round > fresh_for(*state.check) || key.round < region.flags.sees_since;
  if (is_by_blind(region, received.agent)) return;
  if (known || stale) return;  // its run came first, or it is history
  const bool was_failing = !region.runs.empty() && region.runs.back().verdict == RunVerdict::fail;
  region.attempt_failed = state.now;
  region.attempt_round = key.round;
  if (!was_failing) {
    region.failure = received.attempt.failure;
    note_traits(region, received, state.now);
    confirm_elsewhere(state, key.region, key.round, effects);
  }
  settle(state, effects);
}

void receive_missed(CheckState& state, const MissedReceived& received) {
  record_slot(
      state, received.missed.round,
      {.region = received.region, .end = SlotEnd::missed, .reason = received.missed.reason});
}

void set_flags(CheckState& state, const RegionName& name, RegionFlags flags, Effects& effects) {
  const auto region = state.regions.find(name);
  if (region == state.regions.end() || region->second.flags == flags) return;
  const bool fewer_see = region->second.flags.blind_agents != flags.blind_agents;
  const bool sees_again = region->second.flags.sees_since != flags.sees_since;
  const bool is_back = flags.online && flags.drains_until <= state.now &&
                       state.now < region->second.flags.drains_until;
  region->second.flags = std::move(flags);
  if (fewer_see) discount_blind(region->second, name);
  if (sees_again) forget_runs(region->second);
  // Its first round is still to come; the other regions are not excused by that.
  if (is_back) region->second.awaited_until = first_close(*state.check, state.now);
  settle(state, effects);
}

void resume_listening(CheckState& state, WallTime at, Effects& effects) {
  const bool was_paused = is_paused(*state.check, state.now);
  state.now = std::max(state.now, at);
  state.patience.reset();
  expect_data_from(state, state.now);
  for (auto& [name, region] : state.regions) {
    region.ordered.reset();
    if (region.next_recheck) region.next_recheck = state.now;
  }
  const WallTime closing = state.next_close;
  close_rounds(state, effects);
  if (state.next_close != closing && !was_paused)
    watch_round(state, state.next_close - state.check->interval);
  if (!is_paused(*state.check, state.now)) order_rechecks(state, effects);
  settle(state, effects);
  if (!is_paused(*state.check, state.now)) confirm_again(state, effects);
}

}  // namespace picket::controller
