// Messages, their attempts and receivers as JSON for the API. Pure functions; a secret is in none
// of what they are given.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "controller/store/rows.h"

namespace picket::controller {

nlohmann::ordered_json delivery_json(const OutboxRow& row);

// `attempts` by row id; a row without an entry shows none. `settled`: none changes any more.
std::string render_deliveries(const std::vector<OutboxRow>& rows,
                              const std::map<std::string, std::vector<DeliveryLogRow>>& attempts,
                              bool settled);

}  // namespace picket::controller
