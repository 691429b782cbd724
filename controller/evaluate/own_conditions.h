// The alert conditions that are no verdict of the check: thresholds and burn rates. Each alert has
// an episode of its own. Changes those of a CheckState, nothing else.
//   begins   when it holds
//   ends     when it has not held for one interval of the check; before it fires: at once
//   unknown  (too few samples, no fresh run): as it was; absence of data ends nothing
#pragma once

#include <optional>

#include "controller/evaluate/check_state.h"
#include "controller/evaluate/facts.h"

namespace picket::controller {

// Brings the episodes up to state.now. Not called while the check is paused.
void update_own_conditions(CheckState& state, const CheckFacts& facts);

// When an episode ends if nothing comes in between.
std::optional<WallTime> next_own_end(const CheckState& state, const AlertState& alert);

}  // namespace picket::controller
