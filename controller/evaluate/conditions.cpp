#include "controller/evaluate/conditions.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/model/schedule.h"
#include "controller/evaluate/round_watch.h"

namespace picket::controller {
namespace {

using Predicate = bool RegionFacts::*;

std::set<RegionName> regions_where(const CheckFacts& facts, Predicate predicate) {
  std::set<RegionName> out;
  for (const auto& [name, region] : facts.regions)
    if (region.*predicate) out.insert(name);
  return out;
}

// The first run of a region's present streak of bad runs, if its newest one is bad.
const RunBrief* first_of_streak(const RegionState& region, RunVerdict bad) {
  const RunBrief* first = nullptr;
  for (auto run = region.runs.rbegin(); run != region.runs.rend() && run->verdict == bad; ++run)
    first = &*run;
  return first;
}

void open_episode(CheckState& state, Episode& episode, std::set<RegionName> regions, WallTime now,
                  RunVerdict bad = RunVerdict::fail) {
  episode = Episode{true, now, now, round_start(now, state.check->interval), std::move(regions)};
  for (const RegionName& name : episode.regions) {
    const RegionState& region = state.regions.at(name);
    const RunBrief* first = first_of_streak(region, bad);
    if (first != nullptr && first->at < episode.first_bad) {
      episode.first_bad = first->at;
      episode.round = std::min(episode.round, first->round);
    }
    if (region.attempt_failed) episode.round = std::min(episode.round, region.attempt_round);
  }
}

void drop_unassigned(Episode& episode, const CheckFacts& facts) {
  std::erase_if(episode.regions,
                [&](const RegionName& name) { return !facts.regions.contains(name); });
}

// Each region of the set that still reports has recovered: one that says nothing holds nothing up.
template <class Recovered>
bool has_set_recovered(const Episode& episode, const CheckFacts& facts, Recovered&& recovered) {
  return std::all_of(episode.regions.begin(), episode.regions.end(), [&](const RegionName& name) {
    const RegionFacts& region = facts.of(name);
    return !region.counts || recovered(region);
  });
}

// The same, and one of the set at least has: silence alone ends nothing.
template <class Recovered>
bool has_recovered(const Episode& episode, const CheckFacts& facts, Recovered&& recovered) {
  const bool heard = std::any_of(episode.regions.begin(), episode.regions.end(),
                                 [&](const RegionName& name) { return facts.of(name).counts; });
  return (heard || episode.regions.empty()) && has_set_recovered(episode, facts, recovered);
}

// Nobody of the set may be left to say that an outage is over: then a quorum of others does.
bool has_down_recovered(const CheckState& state, const CheckFacts& facts) {
  const auto recovered = [](const RegionFacts& region) {
    return region.passes >= kPassesToRecover;
  };
  const auto passing = std::count_if(
      facts.regions.begin(), facts.regions.end(),
      [&](const auto& entry) { return passes_since_down(state, facts, entry.first); });
  return passing >= facts.quorum &&
         has_set_recovered(state.episode(AlertCondition::down), facts, recovered);
}

// When the last region of the set, or of those that speak in its place, began to pass: what failed
// before is of the outage.
WallTime recovered_at(const CheckState& state, const Episode& episode, const CheckFacts& facts) {
  WallTime by_set;
  WallTime by_others;
  for (const auto& [name, region] : facts.regions) {
    if (!region.counts || region.passes == 0) continue;
    const auto& runs = state.regions.at(name).runs;
    const WallTime since = runs[runs.size() - static_cast<std::size_t>(region.passes)].at;
    WallTime& newest = episode.regions.contains(name) ? by_set : by_others;
    newest = std::max(newest, since);
  }
  return by_set == WallTime{} ? by_others : by_set;
}

// Whether a region still fails of which it is not known whether it keeps failing: since `recovered`
// it has neither passed nor failed so often that it is `regional` by that alone.
bool is_answer_due(const CheckState& state, const CheckFacts& facts, WallTime recovered) {
  return std::any_of(facts.regions.begin(), facts.regions.end(), [&](const auto& entry) {
    if (!entry.second.failing) return false;
    const auto& runs = state.regions.at(entry.first).runs;
    const auto since = [&](const RunBrief& run) { return run.at >= recovered; };
    if (!since(runs.back())) return true;
    const bool fails = runs.back().verdict == RunVerdict::fail;
    return fails && std::count_if(runs.begin(), runs.end(), [&](const RunBrief& run) {
                      return since(run) && run.verdict == RunVerdict::fail;
                    }) < kPersistFails;
  });
}

// The failures of an outage that is over: with one lost request after it they would be `regional`.
// What a region said last stays.
void forget_outage(CheckState& state, WallTime recovered) {
  for (auto& [name, region] : state.regions) {
    if (region.runs.empty()) continue;
    const auto last = std::prev(region.runs.end());
    region.runs.erase(std::remove_if(region.runs.begin(), last,
                                     [&](const RunBrief& run) {
                                       return run.verdict == RunVerdict::fail && run.at < recovered;
                                     }),
                      last);
  }
}

// Beside regions that are told as `regional`, one confirmation that failed is no outage while more
// regions pass than fail: it has a single attempt, which the network may have lost. The recheck of
// that region decides.
bool is_quorum(const CheckState& state, const CheckFacts& facts) {
  if (facts.failing < facts.quorum) return false;
  const bool told = std::any_of(state.alerts.begin(), state.alerts.end(), [](const auto& alert) {
    return alert.firing && alert.condition == AlertCondition::regional;
  });
  if (!told) return true;
  const Episode& regional = state.episode(AlertCondition::regional);
  int uncertain = 0;
  int passing = 0;
  for (const auto& [name, region] : facts.regions) {
    passing += region.counts && !region.newest_failed ? 1 : 0;
    if (!region.failing || region.fails_of_5 > 1) continue;
    if (regional.active && regional.regions.contains(name)) continue;
    uncertain += state.regions.at(name).runs.back().kind == RunKind::confirmation ? 1 : 0;
  }
  return uncertain != 1 || facts.failing > facts.quorum || passing <= facts.failing;
}

void update_down(CheckState& state, CheckFacts& facts, WallTime now) {
  Episode& down = state.episode(AlertCondition::down);
  if (!down.active) {
    if (!is_quorum(state, facts)) return;
    open_episode(state, down, regions_where(facts, &RegionFacts::failing), now);
    if (state.suspicion.active) {
      down.first_bad = std::min(down.first_bad, state.suspicion.first_bad);
      down.round = std::min(down.round, state.suspicion.round);
    }
    state.first_attempts.clear();
    return;
  }
  drop_unassigned(down, facts);
  if (facts.failing >= facts.quorum) return;
  if (!has_down_recovered(state, facts)) return;
  const WallTime over = recovered_at(state, down, facts);
  if (is_answer_due(state, facts, over)) return;
  down.active = false;
  forget_outage(state, over);
  facts = look(state, now);
}

void update_no_data(CheckState& state, const CheckFacts& facts, WallTime now) {
  Episode& no_data = state.episode(AlertCondition::no_data);
  const bool missing = facts.reporting < facts.needed;
  if (!missing) no_data.active = false;
  if (!missing || no_data.active || now < state.not_before) return;
  if (facts.reporting + facts.drains >= facts.needed) return;
  if (is_masked(state, AlertCondition::no_data)) return;
  open_episode(state, no_data, {}, now);
}

void update_regional(CheckState& state, const CheckFacts& facts, WallTime now,
                     std::optional<WallTime> was_down_since) {
  Episode& regional = state.episode(AlertCondition::regional);
  if (is_masked(state, AlertCondition::regional)) return;
  auto failing = regions_where(facts, &RegionFacts::keeps_failing);
  if (regional.active) {
    drop_unassigned(regional, facts);
    regional.regions.merge(failing);
    const auto recovered = [](const RegionFacts& region) {
      return region.passes >= kPassesToRecover && region.fails_of_5 < kPersistFails;
    };
    if (has_recovered(regional, facts, recovered)) regional.active = false;
    return;
  }
  if (failing.empty()) return;
  open_episode(state, regional, std::move(failing), now);
  // What a `down` leaves behind has failed as long as that: its `for` does not start again.
  if (was_down_since) regional.since = *was_down_since;
  state.first_attempts.clear();
}

void update_degraded(CheckState& state, const CheckFacts& facts, WallTime now) {
  Episode& degraded = state.episode(AlertCondition::degraded);
  if (is_masked(state, AlertCondition::degraded)) return;
  const auto bad = std::count(state.first_attempts.begin(), state.first_attempts.end(), '1');
  auto warning = regions_where(facts, &RegionFacts::keeps_warning);
  if (facts.warning >= facts.quorum) warning.merge(regions_where(facts, &RegionFacts::warning));
  if (state.watch.holds) warning.merge(watched_regions(state.watch));
  std::erase_if(warning, [&](const auto& name) { return !facts.regions.contains(name); });
  if (degraded.active) {
    drop_unassigned(degraded, facts);
    degraded.regions.merge(warning);
    const auto recovered = [](const RegionFacts& region) {
      return region.clean >= kPassesToRecover;
    };
    degraded.active = state.watch.holds || bad >= kFirstAttemptsCleared ||
                      !has_recovered(degraded, facts, recovered);
    return;
  }
  const bool hidden = state.first_attempts.size() >= kFirstAttempts && bad >= kFirstAttemptsBad;
  if (hidden || state.watch.holds || !warning.empty())
    open_episode(state, degraded, std::move(warning), now, RunVerdict::degraded);
}

// A region is suspicious while its newest word is a failure that no incident accounts for.
void update_suspicion(CheckState& state, const CheckFacts& facts, WallTime now) {
  const Episode& regional = state.episode(AlertCondition::regional);
  std::set<RegionName> suspects;
  for (const auto& [name, region] : facts.regions) {
    const bool known = regional.active && regional.regions.contains(name);
    if ((region.newest_failed || region.attempt_failed) && !known) suspects.insert(name);
  }
  const bool suspicious = !suspects.empty() && !state.episode(AlertCondition::down).active;
  if (suspicious && !state.suspicion.active)
    open_episode(state, state.suspicion, std::move(suspects), now);
  else if (suspicious)
    state.suspicion.regions.merge(suspects);
  else if (state.suspicion.active)
    state.suspicion.active = false;
  if (suspicious) return;
  state.patience.reset();
  state.widened_round.reset();
}

CheckVerdict verdict_of(const CheckState& state, const CheckFacts& facts, WallTime now) {
  if (state.episode(AlertCondition::down).active) return CheckVerdict::down;
  if (state.episode(AlertCondition::no_data).active) return CheckVerdict::no_data;
  if (state.episode(AlertCondition::regional).active) return CheckVerdict::regional;
  if (state.episode(AlertCondition::degraded).active) return CheckVerdict::degraded;
  const bool excused = now < state.not_before || facts.reporting + facts.drains >= facts.needed;
  if (facts.reporting < facts.needed && excused) return CheckVerdict::pending;
  return CheckVerdict::up;
}

}  // namespace

bool is_masked(const CheckState& state, AlertCondition condition) {
  const bool down = state.episode(AlertCondition::down).active;
  const bool no_data = state.episode(AlertCondition::no_data).active;
  switch (condition) {
    case AlertCondition::down: return false;
    case AlertCondition::no_data:
    case AlertCondition::burn_rate:
    case AlertCondition::threshold: return down;
    case AlertCondition::regional: return down || no_data;
    case AlertCondition::degraded:
      return down || no_data || state.episode(AlertCondition::regional).active;
  }
  return false;
}

bool passes_since_down(const CheckState& state, const CheckFacts& facts, const RegionName& name) {
  const RegionFacts& region = facts.of(name);
  if (!region.counts || region.passes < kPassesToRecover) return false;
  const Episode& down = state.episode(AlertCondition::down);
  const auto& runs = state.regions.at(name).runs;
  return down.regions.contains(name) || runs[runs.size() - kPassesToRecover].at >= down.since;
}

void update_conditions(CheckState& state, CheckFacts& facts, WallTime now) {
  const Episode& down = state.episode(AlertCondition::down);
  const auto was_down = down.active ? std::optional{down.since} : std::nullopt;
  update_down(state, facts, now);
  update_no_data(state, facts, now);
  update_regional(state, facts, now, down.active ? std::nullopt : was_down);
  update_degraded(state, facts, now);
  update_suspicion(state, facts, now);
  const CheckVerdict verdict = verdict_of(state, facts, now);
  if (verdict == state.verdict) return;
  state.verdict = verdict;
  state.since = now;
}

}  // namespace picket::controller
