// What regions' runs met: kept per region as runs come in, and gathered into the two sides of the
// set algebra (culprit.h). Pure functions over CheckState.
#pragma once

#include <vector>

#include "controller/evaluate/check_state.h"
#include "controller/evaluate/culprit.h"
#include "controller/evaluate/event.h"
#include "controller/evaluate/facts.h"

namespace picket::controller {

// Of the region's newest run, or of an attempt whose run is awaited.
void note_traits(RegionState& region, const RunReceived& received);
void note_traits(RegionState& region, const AttemptFailedReceived& received, WallTime at);

struct Sightings {
  std::vector<Sighting> failing;
  std::vector<Sighting> passing;
};

// `concerned`: the regions that the condition is about. On the passing side stand the newest
// passing run of each region that counts, unless it began before the first failing run: what was
// fine then says nothing. Without concerned regions, for `degraded`, the first attempts that
// retries hid.
Sightings gather_sightings(const CheckState& state, const CheckFacts& facts,
                           AlertCondition condition, const std::vector<RegionName>& concerned);

}  // namespace picket::controller
