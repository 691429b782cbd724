// Deployments, what followed from them, and action items as Prometheus text: read from the store's
// rows at the moment of a scrape. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "controller/api/delivery_performance.h"
#include "controller/store/rows.h"

namespace picket::controller {

// `all`: every deployment that the store keeps; `window`: the figures of the last 30 days.
std::string render_delivery_metrics(const std::vector<DeploymentOutcome>& all,
                                    const std::vector<DeliveryPerformance>& window);

std::string render_action_metrics(const std::vector<ActionItemRow>& items, WallTime now);

}  // namespace picket::controller
