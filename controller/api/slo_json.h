// An objective as JSON: its budgets, burn rates and when a budget is used up. Internal to
// controller/api; pure.
#pragma once

#include <nlohmann/json.hpp>

#include "controller/evaluate/check_view.h"

namespace picket::controller {

nlohmann::ordered_json slo_json(const SloStatus& slo);

}  // namespace picket::controller
