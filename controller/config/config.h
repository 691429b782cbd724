// The controller's configuration file as plain values. Read by app at the start, and again at
// SIGHUP. Secrets are values here: never log or render this.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/checks/config_reader.h"
#include "common/core/ids.h"
#include "common/core/result.h"
#include "common/core/time.h"
#include "controller/api/geo_point.h"
#include "controller/deliver/receivers.h"
#include "controller/health/health_settings.h"
#include "controller/incident/routes.h"
#include "controller/remote_write/settings.h"

namespace picket::controller {

struct AgentListener {
  checks::Endpoint listen{"0.0.0.0", 8443};
  std::vector<std::string> names;  // of the certificate: host names and addresses
};

struct RegionSettings {
  std::map<std::string, std::string> labels;
  std::optional<GeoPoint> at;                // for maps; nothing: by its name
  std::vector<std::string> control_targets;  // URLs that answer unless the region itself is cut off
};

struct Retention {
  Millis raw{std::chrono::hours{24 * 7}};       // batches of results
  Millis rounds{std::chrono::hours{24 * 400}};  // summaries of rounds, revisions of checks
};

struct ControllerConfig {
  std::string state_dir;
  std::string checks_dir;
  AgentListener agents;
  checks::Endpoint api{"127.0.0.1", 8080};
  std::map<RegionName, RegionSettings> regions;  // empty: whatever regions agents come from
  std::map<std::string, Receiver> receivers;     // by name, "pagerduty/payments"
  std::string default_receiver;  // for a page whose receiver does not exist any more; may be empty
  std::vector<std::string>
      fleet_receivers;            // told of blind regions and of the controller; empty: default
  std::vector<RouteRule> routes;  // by severity and labels, in order
  Retention retention;
  HealthSettings health;
  DeadManSettings dead_man;
  RemoteWriteSettings remote_write;
  checks::LogSettings log;
  AfterManualResolve after_manual_resolve;
  std::map<std::string, std::string> parts;  // a digest of each part of the file
  std::string external_url;                  // of the API and UI, for links in pages; may be empty
};

// invalid_config: every mistake of the file, with its place. not_found, io: the file itself.
Result<ControllerConfig> read_controller_config(const std::string& path,
                                                const checks::ConfigLayers& layers = {});

// The effective configuration as text, secrets masked. The same errors.
Result<std::string> print_controller_config(const std::string& path,
                                            const checks::ConfigLayers& layers);

// What of `next` is not in force, with what a running controller took over by reloads: the names of
// its keys, separated by commas. `started` is what it was started with.
std::string waits_for_restart(const ControllerConfig& started, const ControllerConfig& next);

// The same from text, as if it stood at `path`; the mistakes, empty if there are none.
std::vector<checks::Diagnostic> decode_controller_config(const std::string& path, std::string text,
                                                         ControllerConfig& out,
                                                         const checks::ConfigLayers& layers = {});

}  // namespace picket::controller
