// Alerts and objectives of checks in the words of other tools. Pure: checks in, YAML out. What the
// other tool cannot say stands as a comment.
#pragma once

#include <string>
#include <vector>

#include "common/model/check.h"

namespace picket::cli {

// A group of alerting rules a check, over the metrics of the controller. Burn rates are those that
// deploy/prometheus/picket-slo.rules.yml records. Shadow and paused checks have none.
std::string render_prometheus_rules(const std::vector<Check>& checks);

// OpenSLO v1: a Service for each service, an SLO for each objective.
std::string render_openslo(const std::vector<Check>& checks);

}  // namespace picket::cli
