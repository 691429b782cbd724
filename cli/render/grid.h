// The grid of `picket status`: a row per check, a column per region, text and shape, never colour
// alone. Pure functions over the API's documents.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/render/terminal.h"

namespace picket::cli {

// Short names for columns: eu-west-1 is euw1; where two would be alike, all stay long.
std::vector<std::string> short_names(const std::vector<std::string>& regions);

// The document of GET /api/v1/status for people, with a legend; ends with a line break.
std::string render_status(const nlohmann::ordered_json& status, const Terminal& terminal);

}  // namespace picket::cli
