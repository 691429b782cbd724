// The conditions of a check with their hysteresis: down, no_data, regional, degraded, and the
// suspicion that precedes them. The table is in docs/reference/evaluation.md. Changes episodes
// and the verdict of a CheckState, and the runs of an outage that is over; nothing else.
#pragma once

#include "controller/evaluate/check_state.h"
#include "controller/evaluate/facts.h"

namespace picket::controller {

// Brings the episodes and the verdict up to `now`. Not called while the check is paused. When
// `down` ends, regions forget the outage's failures, and `facts` are looked at anew.
void update_conditions(CheckState& state, CheckFacts& facts, WallTime now);

// True when a more severe condition holds, so that this one neither opens nor fires.
bool is_masked(const CheckState& state, AlertCondition condition);

// Whether a region says that an open `down` is over: it has recovered, or it was not of the failing
// set and has passed as often since that began. Such regions make the quorum that ends it.
bool passes_since_down(const CheckState& state, const CheckFacts& facts, const RegionName& name);

}  // namespace picket::controller
