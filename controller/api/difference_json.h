// How the failing runs of an incident differ from the last good ones, region by region, as the API
// shows it. Pure; filled from evidence rows by the controller.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "common/model/run_difference.h"

namespace picket::controller {

struct RegionDifferences {
  RegionName region;
  WallTime failed;  // start of the newest failing run of the incident with evidence
  WallTime good;    // start of the last good one with evidence
  std::vector<RunDifference> differences;
};

nlohmann::ordered_json differences_json(const std::vector<RegionDifferences>& regions);

}  // namespace picket::controller
