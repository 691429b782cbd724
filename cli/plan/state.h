// What a controller has in force, as `picket plan` compares with: definitions with their regions,
// the fleet, receivers, open incidents. Fetched in a few requests; plain values. Blocking.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/controller/api_client.h"
#include "cli/replay/history.h"

namespace picket::cli {

struct FleetRegion {
  RegionName name;
  std::map<std::string, std::string> labels;
  bool online{false};
};

struct OpenIncident {
  std::string id;
  CheckName check;
  std::string alert_id;
  std::string title;
};

struct ControllerState {
  std::string digest;  // of the set of checks in force
  std::vector<PastDefinition> checks;
  std::vector<FleetRegion> regions;  // ordered by name
  std::set<std::string> receivers;
  std::vector<OpenIncident> incidents;
};

// Errors as ApiClient; corrupt: a definition that this program cannot read.
Result<ControllerState> fetch_state(const ApiClient& client);

// The regions that a selector means there, ordered by name; as the controller's planner.
std::vector<RegionName> select_regions(const RegionSelector& selector,
                                       const std::vector<FleetRegion>& fleet);

}  // namespace picket::cli
