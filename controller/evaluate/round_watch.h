// Conditions of a round, over all its regions: facts that must not differ (same_across_regions)
// and edges that must lie on their region's continent (pop.near_region). Judged when a round
// closes; two rounds in a row raise and clear. Pure functions over CheckState.
#pragma once

#include "controller/evaluate/check_state.h"

namespace picket::controller {

// Judges the round that has just closed, by the newest fresh run of each region that is of this
// round or the next, did not fail, and was not judged before; fewer than two such regions say
// nothing of what must not differ.
void watch_round(CheckState& state, WallTime round);

// What a run that did not fail shows of the conditions' facts; keeps it for watch_round.
void keep_round_facts(const Check& check, const RunResult& run, RegionState& region);

// True when the two definitions have the same conditions.
bool same_round_conditions(const Check& a, const Check& b);

// Regions that a finding is about, without repetition.
std::set<RegionName> watched_regions(const RoundWatch& watch);

}  // namespace picket::controller
