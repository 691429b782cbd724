// An objective as JSON: its budgets, burn rates, when a budget is used up, and how it was spent.
// Pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "controller/evaluate/burn_down.h"
#include "controller/evaluate/check_view.h"

namespace picket::controller {

nlohmann::ordered_json slo_json(const SloStatus& slo);

std::string render_burn_down(const CheckName& check, const BurnDown& burn_down);

}  // namespace picket::controller
