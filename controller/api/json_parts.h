// Parts of the API's documents that several of them share. Internal to controller/api.
// Pure functions; they never read the store.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "common/core/time.h"
#include "common/model/run.h"

namespace picket::controller {

nlohmann::ordered_json time_json(const std::optional<WallTime>& time);  // null for none or 1970
nlohmann::ordered_json failure_json(const FailureSummary& failure);
nlohmann::ordered_json run_json(const RunResult& run);

}  // namespace picket::controller
