// What the web interface asks for beside the rest of the API: the newest rounds of every check, who
// pages depend on, the file that a check stands in, what the public may see. Reads only. One
// executor; owned by the controller.
#pragma once

#include <string>
#include <vector>

#include "common/async/offload.h"
#include "controller/api/round_grid.h"
#include "controller/api/third_parties.h"
#include "controller/routes/offered_route.h"
#include "controller/turn/turn.h"

namespace picket::controller {

class WebRoutes {
 public:
  struct Ports {
    async::BlockingPool& database_pool;
    async::BlockingPool& work_pool;
    Store& store;
    Turn& turn;
  };
  explicit WebRoutes(Ports ports) : ports_(ports) {}

  std::vector<OfferedRoute> routes();

  // Every recorded run; only scheduled ones whose slot they hold are kept.
  void observe(const RunReceived& received);
  void remove(const CheckName& check);

  // Reads the newest rounds back from the log, once, after the start.
  async::Task<void> restore();

  // The two answers that need no right; of checks with the tag `public` only.
  std::string public_status() const;
  Result<std::string> badge(const std::string& segment) const;  // "NAME.svg"; not_found

 private:
  using Answer = async::Task<Result<std::string>>;

  // GET grid[?rounds=30][&check=NAME]: with `check` that one, with durations; not_found.
  Answer grid(ServerRequest request, std::string segment);
  // GET third-parties: ThirdPartyBook::render of the scheduled runs since the start.
  Answer third_parties(ServerRequest request, std::string segment);
  // GET checks/NAME/source: {file, line, column, modified, text}; not_found, io, too_large.
  Answer source(ServerRequest request, std::string name);

  Ports ports_;
  RoundGrid grid_;
  ThirdPartyBook third_parties_;
};

}  // namespace picket::controller
