// Routes as JSON: what the API, exported histories and `picket replay` say of who is told. Names
// and rules only: no settings of receivers, no secrets. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/core/result.h"
#include "controller/incident/routes.h"

namespace picket::controller {

nlohmann::ordered_json routes_json(const Routes& routes);

// Receivers get empty settings. What is absent is empty. corrupt: a rule that does not parse.
Result<Routes> read_routes(const nlohmann::ordered_json& json);

}  // namespace picket::controller
