// Where Prometheus finds what it scrapes: the controller and, by a pattern that the reader gives,
// the machines of the agents, in the format of Prometheus' HTTP service discovery
// (https://prometheus.io/docs/prometheus/latest/http_sd/). Reads only. One executor; owned by the
// controller.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "controller/plan/planner.h"
#include "controller/registry/registry.h"
#include "controller/routes/offered_route.h"

namespace picket::controller {

struct DiscoveredAgent {
  AgentId id;
  bool up{false};
};

// The answer: one group for the controller at `address`, and one for each agent where `pattern` is
// not empty: HOST:PORT with `{agent}` and `{region}` in it.
// invalid_argument: either holds what no address has, or another name in braces.
struct Discovery {
  std::string version;
  std::string address;
  std::string pattern;
  std::vector<DiscoveredAgent> agents;
  std::map<RegionName, RegionLabels> regions;
};
Result<std::string> render_targets(const Discovery& found);

class PrometheusRoutes {
 public:
  struct Ports {
    const async::Clock& clock;
    const Registry& registry;
  };
  PrometheusRoutes(Ports ports, std::string version, std::map<RegionName, RegionLabels> regions)
      : ports_(ports), version_(std::move(version)), regions_(std::move(regions)) {}

  std::vector<OfferedRoute> routes();

 private:
  // GET prometheus/targets[?controller=HOST:PORT][&agents=PATTERN]; without `controller` the
  // address by which the reader reached this one.
  async::Task<Result<std::string>> targets(ServerRequest request, std::string segment);

  Ports ports_;
  std::string version_;
  std::map<RegionName, RegionLabels> regions_;
};

}  // namespace picket::controller
