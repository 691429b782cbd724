// An attribution as JSON: part of an incident's detail, of the page's details, and what the metrics
// read back. Pure functions; text is cleaned and cut.
#pragma once

#include <nlohmann/json.hpp>

#include "common/model/incident.h"

namespace picket::controller {

// {"scope": "several_regions", "failing": ["eu-west-1"], "reporting": 12, "kind": "http_status",
//  "status": 502, "step": "pay", "shared": [{"dimension": "pop", "value": "FRA", "failing": 2,
//  "passing": 10, "proven": true}]}. At most 20 regions; `failing_count` has them all.
nlohmann::json attribution_json(const Attribution& attribution);

}  // namespace picket::controller
