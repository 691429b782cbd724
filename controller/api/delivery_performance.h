// How well a service is delivered, by the terms of DORA: how often it is deployed, how often that
// breaks it, and how long it takes to detect, acknowledge and restore. Computed from what the store
// kept. Plain values and pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/core/time.h"
#include "controller/store/rows.h"

namespace picket::controller {

struct MedianTime {
  std::optional<Millis> median;  // nothing: of no incident
  std::size_t count{0};          // incidents that it is of
};

struct DeliveryPerformance {
  std::string service;  // may be empty
  std::string team;     // of the deployment; the check's owner of an incident; may be empty
  std::size_t deployments{0};
  double per_day{0};
  std::size_t failures{0};             // deployments that an incident followed within an hour
  std::optional<double> failure_rate;  // 0 to 1; nothing without a deployment
  std::size_t incidents{0};            // that were paged
  MedianTime detect;                   // first bad run to first page
  MedianTime acknowledge;              // first page to first acknowledge
  MedianTime restore;                  // first bad run to the check's recovery
};

// By service and team, ordered by them; `span` is the window that the rows are of.
std::vector<DeliveryPerformance> measure_delivery(const std::vector<DeploymentOutcome>& deployments,
                                                  const std::vector<IncidentTimes>& incidents,
                                                  Millis span);

}  // namespace picket::controller
