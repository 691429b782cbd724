// What is read of one check over time: its runs, how its budget was spent, how its slots ended and
// how long its runs took. Reads only. One executor; owned by the
// controller.
#pragma once

#include <string>
#include <vector>

#include "common/async/offload.h"
#include "controller/ingest/slot_history.h"
#include "controller/routes/offered_route.h"
#include "controller/turn/turn.h"

namespace picket::controller {

class CheckRoutes {
 public:
  struct Ports {
    async::BlockingPool& database_pool;
    async::BlockingPool& work_pool;
    Store& store;
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

  // GET checks/NAME/history[?from=T|range=7d][&to=T][&points=200]: {check, from, until, step_ms,
  // regions}: of each region a column for each figure. Without `to` until now, without `from` 24
  // hours. not_found; invalid_argument: no times, an empty range or one over 400 days, points as
  // above.
  Answer history(ServerRequest request, std::string name);
  async::Task<Status> read_history(CheckName check, SlotHistory& history);

  // GET checks/NAME/results[?region=NAME][&failed|good][&before=T][&limit=50]: {results}, its
  // newest runs, without evidence. not_found; invalid_argument: no time, or failed and good at
  // once.
  Answer results(ServerRequest request, std::string name);

  // GET checks/NAME/evidence[?region=NAME][&limit=10]: {results}, failed runs, newest first; with
  // `last_good` the newest good run of each region instead, without a limit. Empty for an unknown
  // name: evidence outlives its check.
  Answer evidence(ServerRequest request, std::string name);

  Ports ports_;
};

}  // namespace picket::controller
