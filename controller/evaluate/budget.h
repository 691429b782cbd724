// The error budget of a check's objective: what its closed rounds were, over windows, and how fast
// it burns. count_*() change the budget of a CheckState, the rest is pure.
// Burn rate = (bad / (good + bad)) / (1 - objective), over a window that ends with the newest
// closed round. Source: common/model/slo.h.
#pragma once

#include <optional>

#include "controller/evaluate/check_state.h"
#include "controller/evaluate/check_view.h"
#include "controller/evaluate/thresholds.h"

namespace picket::controller {

// What a closed round is for the objective: unmeasured when too few regions ran it, excluded when
// it lies in a maintenance window.
RoundMark mark_round(const CheckState& state, WallTime round,
                     const std::vector<SlotOutcome>& slots);

// True when what was counted for one objective counts for the other too.
bool counts_alike(const std::optional<Slo>& a, const std::optional<Slo>& b);

// Counts a round that has just closed; nothing without an objective. Requires summary.mark.
void count_round(CheckState& state, const RoundSummary& summary);

// A run of a closed round whose slot had been missed: it counts after all, by runs. The verdict of
// the round stands.
void count_late_run(CheckState& state, const RunResult& run);

// Whether the budget burns too fast: in one pair of windows, the urgent ones or the others. While
// the alert does not fire, what a `down` has told is not told again. Where nothing was measured in
// a short window, it is not known that nothing burns.
Judgement judge_burn(const CheckState& state, const AlertState& alert, bool urgent);

// Nothing without an objective.
std::optional<SloStatus> slo_status(const CheckState& state);

}  // namespace picket::controller
