// What people do with incidents and around them, as JSON: deployments, action items, the figures of
// delivery. Renderers from plain values, each document with schema_version. Pure; no I/O.
#pragma once

#include <string>
#include <vector>

#include "controller/api/delivery_performance.h"
#include "controller/store/rows.h"

namespace picket::controller {

// {"action_items": [..]}, {"action_item": {..}}
std::string render_action_items(const std::vector<ActionItemRow>& rows, WallTime now);
std::string render_action_item(const ActionItemRow& row, WallTime now);

// {"deployments": [..]}, {"deployment": {..}}
std::string render_deployments(const std::vector<DeploymentRow>& rows);
std::string render_deployment(const DeploymentRow& row);

// {"window", "from", "until", "delivery_performance": [..]}
std::string render_delivery_performance(const std::vector<DeliveryPerformance>& all, WallTime from,
                                        WallTime until);

}  // namespace picket::controller
