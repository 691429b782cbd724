// Orders to run again: confirmations of a first failure in other regions, rechecks of what fails,
// each within the hour's budget of the check (paging.md, 2). Changes the order book-keeping of a
// CheckState, nothing else; whether an order arrives is not its business.
#pragma once

#include <optional>

#include "controller/evaluate/check_state.h"
#include "controller/evaluate/facts.h"

namespace picket::controller {

// A scheduled run, or its first attempt, of `region` failed in `round`: looks elsewhere at once.
// Does nothing when that (region, round) has been acted on, or the check is down already.
void confirm_elsewhere(CheckState& state, const RegionName& region, WallTime round,
                       Effects& effects);

// The orders of a suspicion are lost, as after a restart: they are given again.
void confirm_again(CheckState& state, Effects& effects);

// A confirmation failed: every other region looks, once per round of the suspicion.
void widen(CheckState& state, Effects& effects);

// Confirmations without an answer for too long: others take their place.
void replace_unanswered(CheckState& state, Effects& effects);

// A region that had failed passes again: the others that fail look at once.
void accelerate(CheckState& state, const RegionName& passed, Effects& effects);

// Orders the rechecks due at state.now and keeps the times of the next ones.
void order_rechecks(CheckState& state, Effects& effects);
void schedule_rechecks(CheckState& state, const CheckFacts& facts);

// Orders left in the hour before `now`.
int budget_left(const CheckState& state, BudgetKind kind, WallTime now);

}  // namespace picket::controller
