// When pages will be kept back, over the people's API. Reads only. One executor; owned by the
// controller.
#pragma once

#include <string>
#include <vector>

#include "common/async/offload.h"
#include "controller/routes/offered_route.h"
#include "controller/turn/turn.h"

namespace picket::controller {

class MaintenanceRoutes {
 public:
  struct Ports {
    async::BlockingPool& work_pool;
    Turn& turn;
  };
  explicit MaintenanceRoutes(Ports ports) : ports_(ports) {}

  std::vector<OfferedRoute> routes();

  static constexpr std::size_t kSpansMax = 200;

 private:
  using Answer = async::Task<Result<std::string>>;

  // GET maintenance[?days=14][&check=NAME]: {now, until, spans, more}: spans of windows that hold
  // or begin within so many days, and silences that begin then, the earliest kSpansMax. With
  // `check` its windows, and the silences that match it. not_found: no such check;
  // invalid_argument: days is not 1 to 366.
  Answer list(ServerRequest request, std::string segment);

  Ports ports_;
};

}  // namespace picket::controller
