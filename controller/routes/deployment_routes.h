// Deployments over the API: recorded by a pipeline, listed, and the figures of delivery that follow
// from them and from incidents. Reads go to the store, changes through the turn. One executor;
// owned by the controller.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/async/offload.h"
#include "controller/routes/offered_route.h"
#include "controller/turn/turn.h"

namespace picket::controller {

class DeploymentRoutes {
 public:
  struct Ports {
    async::BlockingPool& pool;  // the database's
    Store& store;
    Turn& turn;
  };
  explicit DeploymentRoutes(Ports ports) : ports_(ports) {}

  std::vector<OfferedRoute> routes();

  // Deployments, change failures, times of incidents and action items as Prometheus text: the
  // store's of at most a minute ago. Empty when the store cannot be read.
  async::Task<std::string> render_metrics();

  Settle settle;  // set before the first request

 private:
  using Answer = async::Task<Result<std::string>>;

  // POST deployments {service, version, team, at, url, by}; team, at, url and by may be absent.
  Answer record(ServerRequest request, std::string segment);
  // GET deployments[?service=][&team=][&limit=100]
  Answer list(ServerRequest request, std::string segment);
  // GET delivery-performance[?window=30d]
  Answer performance(ServerRequest request, std::string segment);

  Ports ports_;
  std::string metrics_;
  std::optional<WallTime> metrics_at_;
};

}  // namespace picket::controller
