// Receivers and messages over the people's API: who is told of what, test messages, the delivery
// log, and another try for what was given up. One executor; owned by the controller.
#pragma once

#include <string>

#include "common/async/offload.h"
#include "controller/server/handler.h"
#include "controller/turn/test_deliveries.h"
#include "controller/turn/turn.h"

namespace picket::controller {

class ChannelRoutes {
 public:
  struct Ports {
    async::Clock& clock;
    async::BlockingPool& pool;  // the database's
    Store& store;
    Turn& turn;
    TestDeliveries& tests;
    const std::vector<Receiver>& receivers;
  };
  explicit ChannelRoutes(Ports ports) : ports_(ports) {}

  // GET /api/v1/deliveries[?state=dead|..][&provider_id=][&incident=][&receiver=][&id=]
  // [&since=TIME][&limit=N][&wait=SECONDS]. Without a filter what is owed. With the log of attempts
  // where one message or few were asked for: id, provider_id or incident. With `wait`, at most 20
  // s, only once none of them changes any more; `settled` tells whether that is so.
  async::Task<Result<std::string>> deliveries(ServerRequest request);

  // POST /api/v1/deliveries/ID/retry: a dead message is owed again. not_found; conflict when it is
  // not dead, its receiver is not configured, or it would open what nothing closes.
  async::Task<Result<std::string>> retry(std::string id);

  // GET /api/v1/routes: receivers with their health, and the rules.
  Result<std::string> list() const;

  // POST /api/v1/routes/test {receiver, by}. Answers {test: id}: GET /api/v1/deliveries?incident=id
  // tells how it goes on.
  Result<std::string> test(const ServerRequest& request);

  // GET /api/v1/routes/explain?check=NAME[&severity=][&alert=]: who would be told, and by what.
  Result<std::string> explain(const ServerRequest& request) const;

 private:
  bool settled(const std::vector<OutboxRow>& rows) const;

  Ports ports_;
};

}  // namespace picket::controller
