// The keys `health` and `dead_man` of the controller's configuration. Private to controller/config;
// every mistake is reported, no secret is shown.
#pragma once

#include "common/checks/fields.h"
#include "controller/health/health_settings.h"

namespace picket::controller {

// health: {disk_free_warning_percent: 10, disk_free_error_percent: 5, clock_skew: 5s,
//          definitions_behind: 10m, schedule_late: 30s, delivery_late: 60s}; each has a default.
void read_health(const checks::Fields& file, HealthSettings& out);

// dead_man: {url: URL or url_file: PATH, every: 1m, method: POST, ca_file: PATH}
void read_dead_man(const checks::Fields& file, DeadManSettings& out);

}  // namespace picket::controller
