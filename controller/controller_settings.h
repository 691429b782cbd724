// What the controller is told by its configuration, as plain values, and what follows from it. app
// makes it of the file; at a reload change_with() says which parts change while it runs. Holds
// secrets: never log or render it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"
#include "controller/api/geo_point.h"
#include "controller/deliver/receivers.h"
#include "controller/health/health_settings.h"
#include "controller/incident/routes.h"
#include "controller/plan/planner.h"
#include "controller/reload/reload.h"
#include "controller/remote_write/settings.h"
#include "controller/store/store.h"

namespace picket::controller {

struct ControllerSettings {
  std::string version;
  std::string admin_token;
  std::string external_url;
  std::string backup_directory;
  std::string checks_dir;  // of `picket apply`
  std::map<RegionName, RegionLabels> regions;
  std::map<RegionName, GeoPoint> region_points{};  // of the operator's
  std::map<RegionName, std::vector<std::string>> control_targets;
  std::vector<Receiver> receivers;
  std::string default_receiver;              // for a page whose receiver does not exist
  std::vector<std::string> fleet_receivers;  // told of blind regions and dead agents
  std::vector<RouteRule> route_rules{};      // of incidents of checks
  RetentionOptions retention;
  AfterManualResolve after_manual_resolve;
  HealthSettings health;
  DeadManSettings dead_man;
  RemoteWriteSettings remote_write;
};

// Those parts of `next`, and only those, stand in `settings` afterwards.
void change_with(ControllerSettings& settings, ControllerSettings next);

// `before`: the routes in force; who was told and is gone is escalated as it was.
Routes make_routes(const ControllerSettings& settings, const Routes& before = {});

// Those that are sent to: the dead-man is no receiver that a check could name.
std::vector<Receiver> all_receivers(const ControllerSettings& settings);

std::vector<std::string> webhook_secrets_of(const std::vector<Receiver>& receivers);

// Whether these checks may be in force with the receivers of `next`. invalid_config: one names a
// receiver that is configured now and would be gone; names each. A receiver that was missing before
// refuses nothing, for that is no worse afterwards.
Status judge_checks(const ActiveChecks& checks, const std::vector<Receiver>& now,
                    const std::vector<Receiver>& next);

}  // namespace picket::controller
