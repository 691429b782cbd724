// Silences over the people's API: listed from the store, made and ended through the turn, so that
// they are in the event log before they keep anything back. One executor; owned by the controller.
#pragma once

#include <string>

#include "common/async/offload.h"
#include "controller/server/handler.h"
#include "controller/turn/turn.h"

namespace picket::controller {

class SilenceRoutes {
 public:
  struct Ports {
    async::BlockingPool& pool;  // the database's
    Store& store;
    Turn& turn;
  };
  explicit SilenceRoutes(Ports ports) : ports_(ports) {}

  // GET /api/v1/silences[?all=true]: those not over, or the newest 1,000.
  async::Task<Result<std::string>> list(ServerRequest request);

  // POST /api/v1/silences {matchers: ["owner=payments"], author, comment, duration: "2h"} or with
  // {until: time} in place of the duration, {from: time} for later. Returns the silence.
  // invalid_argument names what is missing or wrong. Not durable yet: the caller waits.
  Result<std::string> create(const ServerRequest& request);

  // POST /api/v1/silences/ID/end {by}. not_found: none of that id holds now or later.
  Result<std::string> end(const ServerRequest& request, const std::string& id);

 private:
  Ports ports_;
};

}  // namespace picket::controller
