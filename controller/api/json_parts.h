// Parts of the API's documents that several of them share. Internal to controller/api.
// Pure functions; they never read the store.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "common/core/time.h"
#include "common/model/run.h"
#include "controller/store/rows.h"

namespace picket::controller {

nlohmann::ordered_json time_json(const std::optional<WallTime>& time);  // null for none or 1970
nlohmann::ordered_json failure_json(const FailureSummary& failure);
nlohmann::ordered_json run_json(const RunResult& run);
nlohmann::ordered_json deployment_json(const DeploymentRow& row);
// With `overdue` when the time is given.
nlohmann::ordered_json action_item_json(const ActionItemRow& row,
                                        const std::optional<WallTime>& now);

}  // namespace picket::controller
