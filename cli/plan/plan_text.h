// A plan as lines for people and as JSON, for `picket plan` and `picket apply`. Pure functions over
// plain values.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/plan/plan.h"

namespace picket::cli {

std::string render_plan(const Plan& plan);
nlohmann::ordered_json plan_json(const Plan& plan);

}  // namespace picket::cli
