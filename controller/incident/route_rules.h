// The controller's `routes`: who is told of an incident by its severity, labels, owner. Pure
// functions, for the incident book and for whoever explains what would be told.
#pragma once

#include <string>
#include <vector>

#include "controller/incident/routes.h"

namespace picket::controller {

bool matches(const RouteRule& rule, const IncidentLabels& labels);

// `notify` when no rule matches; else what the rules say, each receiver once.
std::vector<std::string> receivers_by_rules(const std::vector<RouteRule>& rules,
                                            const IncidentLabels& labels,
                                            std::vector<std::string> notify);

}  // namespace picket::controller
