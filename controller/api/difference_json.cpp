#include "controller/api/difference_json.h"

#include "controller/api/json_parts.h"

namespace picket::controller {

nlohmann::ordered_json differences_json(const std::vector<RegionDifferences>& regions) {
  using Json = nlohmann::ordered_json;
  Json out = Json::array();
  for (const RegionDifferences& region : regions) {
    Json rows = Json::array();
    for (const RunDifference& difference : region.differences)
      rows.push_back({{"step", difference.step},
                      {"what", difference.what},
                      {"before", difference.before},
                      {"now", difference.now}});
    out.push_back({{"region", region.region.value},
                   {"failed_run", time_json(region.failed)},
                   {"good_run", time_json(region.good)},
                   {"differences", std::move(rows)}});
  }
  return out;
}

}  // namespace picket::controller
