// What is read of one check over time: how its budget was spent. Reads only. One executor; owned by
// the controller.
#pragma once

#include <string>
#include <vector>

#include "controller/routes/offered_route.h"
#include "controller/turn.h"

namespace picket::controller {

class CheckRoutes {
 public:
  struct Ports {
    Turn& turn;
  };
  explicit CheckRoutes(Ports ports) : ports_(ports) {}

  std::vector<OfferedRoute> routes();

 private:
  using Answer = async::Task<Result<std::string>>;

  // GET checks/NAME/slo[?points=120]: {window, budget_by, from, until, availability, latency}, the
  // burn-down of each objective. not_found: no such check, or it has no objective;
  // invalid_argument: points is not 2 to 1000.
  Answer slo(ServerRequest request, std::string name);

  Ports ports_;
};

}  // namespace picket::controller
