// What is different from the last good run, from the evidence that the store keeps of an incident.
// Blocking: called on the database's pool.
#pragma once

#include <vector>

#include "controller/api/difference_json.h"
#include "controller/store/store.h"

namespace picket::controller {

// Of each region that failed in the incident and has evidence of a failed and of a good run,
// ordered by name, at most 20. Empty for an incident that is of no check. Errors: the store's,
// corrupt for evidence that does not parse.
Result<std::vector<RegionDifferences>> read_differences(Store& store, const IncidentRow& incident);

}  // namespace picket::controller
