// `picket test` on the controller: definitions in, orders to agents, results back to whoever asked.
// In memory only: it never touches the event log, the ledger, metrics or paging. One executor;
// owned by the controller; people's and agents' routes call it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/async/notice.h"
#include "common/async/offload.h"
#include "controller/ingest/test_desk.h"
#include "controller/server/handler.h"
#include "controller/turn/dispatch.h"
#include "controller/turn/turn.h"

namespace picket::controller {

class TestRoutes {
 public:
  struct Ports {
    async::Executor executor;
    async::Clock& clock;
    async::BlockingPool& pool;  // decodes check files
    Turn& turn;                 // for its time only
    Dispatch& dispatch;
  };
  explicit TestRoutes(Ports ports) : ports_(std::move(ports)), changed_(ports_.executor) {}

  // POST /api/v1/tests {files: [{path, text}], checks: [names], regions: [names]}. The document of
  // the answer says which run was ordered where. invalid_argument: a file has a mistake, an
  // unknown check, too many runs. overloaded: see TestDesk.
  async::Task<Result<std::string>> start(ServerRequest request);

  // GET /api/v1/tests/ID?from=N&wait=SECONDS: results from the N-th on, waiting for one or the end.
  async::Task<Result<std::string>> show(ServerRequest request, std::string id);

  // An agent's result. not_found: nobody waits for it.
  Status take(const std::string& id, RunResult run, std::size_t bytes);

  // Whoever waits is answered now.
  void stop();

 private:
  struct Wanted;
  static Result<std::vector<std::shared_ptr<const Check>>> decode(const Wanted& wanted);
  Result<std::string> order(const Wanted& wanted,
                            const std::vector<std::shared_ptr<const Check>>& checks);
  async::Task<bool> news();

  Ports ports_;
  TestDesk desk_;
  async::Notice changed_;
  bool stopping_{false};
};

}  // namespace picket::controller
