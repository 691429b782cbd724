#include "controller/evaluate/orders.h"

#include <algorithm>
#include <utility>

#include "common/model/schedule.h"
#include "controller/evaluate/conditions.h"

namespace picket::controller {
namespace {

struct Wanted {
  RunKind kind{RunKind::confirmation};
  BudgetKind budget{BudgetKind::detection};
  std::size_t reserve{0};  // of the budget, not to be touched
  std::string reason;
};

std::vector<WallTime>& spent(CheckState& state, BudgetKind kind) {
  return kind == BudgetKind::detection ? state.detection_spent : state.recovery_spent;
}

void refuse(CheckState& state, BudgetKind kind, Effects& effects) {
  for (BudgetSpent& told : effects.budgets)
    if (told.check == state.check->name && told.budget == kind && told.at == state.now) {
      ++told.refused;
      return;
    }
  effects.budgets.push_back({state.check->name, kind, 1, state.now});
}

bool spend(CheckState& state, const Wanted& wanted, Effects& effects) {
  auto& times = spent(state, wanted.budget);
  std::erase_if(times, [&](WallTime at) { return at <= state.now - Millis{hours{1}}; });
  if (times.size() + wanted.reserve >= kBudgetPerHour) {
    refuse(state, wanted.budget, effects);
    return false;
  }
  times.push_back(state.now);
  return true;
}

bool order(CheckState& state, const RegionName& name, const Wanted& wanted, Effects& effects) {
  if (!spend(state, wanted, effects)) return false;
  RegionState& region = state.regions.at(name);
  const WallTime round = round_start(state.now, state.check->interval);
  OrderCounter& counter = state.counter;
  if (counter.round != round)
    counter = OrderCounter{round, counter.floor, counter.floor, counter.most, counter.floor};
  auto& next = wanted.kind == RunKind::confirmation ? counter.confirmations : counter.rechecks;
  counter.most = std::max(counter.most, next + 1);
  effects.orders.push_back({state.check->name, state.revision, name, wanted.kind, round, next++,
                            wanted.reason, state.now + kOrderLife});
  region.ordered = state.now;
  return true;
}

bool sees(const RegionState& region) { return region.flags.online && !region.flags.blind; }

bool newest_failed(const RegionState& region) {
  return !region.runs.empty() && region.runs.back().verdict == RunVerdict::fail;
}

bool is_suspect(const RegionState& region) {
  return newest_failed(region) || region.attempt_failed.has_value();
}

// Regions that can give a second opinion, the one that looked longest ago first.
std::vector<RegionName> candidates(const CheckState& state) {
  std::vector<std::pair<WallTime, RegionName>> found;
  for (const auto& [name, region] : state.regions) {
    const bool busy = region.ordered && state.now - *region.ordered < kOrderLife;
    const bool drains = state.now < region.flags.drains_until;
    if (!sees(region) || drains || is_suspect(region) || busy) continue;
    found.emplace_back(region.runs.empty() ? WallTime{} : region.runs.back().at, name);
  }
  std::sort(found.begin(), found.end());
  std::vector<RegionName> names;
  for (auto& [at, name] : found) names.push_back(std::move(name));
  return names;
}

int order_candidates(CheckState& state, int count, const std::string& reason, Effects& effects) {
  const Wanted wanted{RunKind::confirmation, BudgetKind::detection, 0, reason};
  int made = 0;
  for (const RegionName& name : candidates(state)) {
    if (made >= count) break;
    made += order(state, name, wanted, effects) ? 1 : 0;
  }
  return made;
}

// Twice what a run takes as far as is known: a lost order is noticed soon, a slow run waited for.
Millis patience_for(Millis duration) {
  return std::clamp(duration * 2, kPatienceLeast, kRecheckEvery);
}

Millis patience_of(const CheckState& state) {
  Millis longest{0};
  for (const auto& [name, region] : state.regions) longest = std::max(longest, region.duration);
  return patience_for(longest);
}

// A recheck without an answer is tried once more soon, then at the usual pace.
void order_recheck(CheckState& state, const RegionName& name, const Wanted& wanted,
                   Effects& effects) {
  RegionState& region = state.regions.at(name);
  const bool again = region.ordered && region.next_recheck && !region.repeated;
  region.next_recheck = state.now + kRecheckEvery;
  if (!order(state, name, wanted, effects)) return;
  region.repeated = again;
  if (!again) region.next_recheck = state.now + patience_for(region.duration);
}

int quorum_now(const CheckState& state) { return look(state, state.now).quorum; }

bool is_open(const CheckState& state) {
  return state.episode(AlertCondition::down).active ||
         state.episode(AlertCondition::regional).active;
}

// Whether `down` waits for a region: one of its set, or any where too few of the set are left.
bool is_asked_by_down(const CheckState& state, const CheckFacts& facts, const RegionName& name) {
  const Episode& down = state.episode(AlertCondition::down);
  if (!down.active || passes_since_down(state, facts, name)) return false;
  const auto left = std::count_if(down.regions.begin(), down.regions.end(),
                                  [&](const RegionName& one) { return facts.of(one).counts; });
  return down.regions.contains(name) ? facts.of(name).passes < kPassesToRecover
                                     : left < facts.quorum;
}

// Still to be proven: it fails, or an incident waits for its passes.
bool needs_recheck(const CheckState& state, const CheckFacts& facts, const RegionName& name) {
  const RegionFacts& region = facts.of(name);
  if (!sees(state.regions.at(name))) return false;
  if (region.newest_failed || is_asked_by_down(state, facts, name)) return true;
  const Episode& regional = state.episode(AlertCondition::regional);
  return regional.active && regional.regions.contains(name) &&
         (region.passes < kPassesToRecover || region.fails_of_5 >= kPersistFails);
}

}  // namespace

int budget_left(const CheckState& state, BudgetKind kind, WallTime now) {
  const auto& times = kind == BudgetKind::detection ? state.detection_spent : state.recovery_spent;
  const auto used = std::count_if(times.begin(), times.end(),
                                  [&](WallTime at) { return at > now - Millis{hours{1}}; });
  return static_cast<int>(kBudgetPerHour) - static_cast<int>(used);
}

void confirm_elsewhere(CheckState& state, const RegionName& name, WallTime round,
                       Effects& effects) {
  RegionState& region = state.regions.at(name);
  if (!sees(region) || state.episode(AlertCondition::down).active) return;
  if (region.suspected_round == round) return;
  region.suspected_round = round;
  int suspects = 0;
  for (const auto& [other, other_state] : state.regions)
    suspects += sees(other_state) && is_suspect(other_state) ? 1 : 0;
  const int enough = std::max(0, quorum_now(state) - suspects);
  const int count = state.check->confirm_regions.value_or(enough);
  if (order_candidates(state, count, name.value + " failed", effects) > 0)
    state.patience = state.now + patience_of(state);
}

void confirm_again(CheckState& state, Effects& effects) {
  state.widened_round.reset();
  for (auto& [name, region] : state.regions) region.suspected_round.reset();
  if (!state.suspicion.active) return;
  for (const RegionName& name : state.suspicion.regions) {
    const RegionState& region = state.regions.at(name);
    if (region.attempt_failed)
      confirm_elsewhere(state, name, region.attempt_round, effects);
    else if (newest_failed(region))
      confirm_elsewhere(state, name, region.runs.back().round, effects);
  }
}

void widen(CheckState& state, Effects& effects) {
  const WallTime round = round_start(state.now, state.check->interval);
  if (state.episode(AlertCondition::down).active || state.widened_round == round) return;
  state.widened_round = round;
  order_candidates(state, static_cast<int>(state.regions.size()), "a confirmation failed", effects);
  state.patience.reset();
}

void replace_unanswered(CheckState& state, Effects& effects) {
  state.patience.reset();
  const Millis patience = patience_of(state);
  int unanswered = 0;
  for (const auto& [name, region] : state.regions)
    if (region.ordered && !is_suspect(region) && state.now - *region.ordered >= patience &&
        state.now - *region.ordered < kOrderLife)
      ++unanswered;
  const int wanted = std::max(0, quorum_now(state));
  if (order_candidates(state, std::min(unanswered, wanted), "no answer elsewhere", effects) > 0)
    state.patience = state.now + patience;
}

void accelerate(CheckState& state, const RegionName& passed, Effects& effects) {
  const BudgetKind budget = is_open(state) ? BudgetKind::recovery : BudgetKind::detection;
  const Wanted wanted{RunKind::recheck, budget, 0, "passed in " + passed.value};
  for (auto& [name, region] : state.regions) {
    const bool quiet = !region.ordered || state.now - *region.ordered >= kOrderQuiet;
    if (name == passed || !sees(region) || !newest_failed(region) || !quiet) continue;
    order_recheck(state, name, wanted, effects);
  }
}

void order_rechecks(CheckState& state, Effects& effects) {
  const CheckFacts facts = look(state, state.now);
  bool anybody_passed = false;
  for (const auto& [name, region] : facts.regions)
    anybody_passed = anybody_passed || (region.counts && !region.newest_failed);
  Wanted wanted{RunKind::recheck, BudgetKind::detection, 0, "keeps failing"};
  if (is_open(state)) {
    // While nobody passes, enough is kept for two looks of every region when somebody does.
    wanted.budget = BudgetKind::recovery;
    wanted.reserve = anybody_passed ? 0 : std::min(kBudgetPerHour / 2, state.regions.size() * 2);
  }
  for (auto& [name, region] : state.regions) {
    if (!region.next_recheck || *region.next_recheck > state.now) continue;
    if (!sees(region)) {  // it was lost during a pause
      region.next_recheck.reset();
      continue;
    }
    wanted.reason = facts.of(name).newest_failed ? "keeps failing"
                    : facts.of(name).passes == 1 ? "passed once"
                                                 : "is it over?";
    order_recheck(state, name, wanted, effects);
  }
}

void schedule_rechecks(CheckState& state, const CheckFacts& facts) {
  for (auto& [name, region] : state.regions) {
    if (!needs_recheck(state, facts, name)) {
      region.next_recheck.reset();
    } else if (!region.next_recheck) {
      const bool passed_once = !newest_failed(region);
      region.next_recheck = state.now + (passed_once ? kSecondPassAfter : kRecheckEvery);
    }
  }
}

}  // namespace picket::controller
