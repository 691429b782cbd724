// "Whose fault", by set algebra over failing and passing regions, and what each region sees.
// Pure functions over CheckState; they change nothing.
#pragma once

#include <vector>

#include "common/model/incident.h"
#include "controller/evaluate/check_state.h"
#include "controller/evaluate/facts.h"

namespace picket::controller {

// Over the regions that the condition is about; what they share and who passes: culprit.h.
Attribution attribute(const CheckState& state, const CheckFacts& facts, AlertCondition condition);

// All assigned regions, ordered by name.
std::vector<RegionView> region_views(const CheckState& state, const CheckFacts& facts);

}  // namespace picket::controller
