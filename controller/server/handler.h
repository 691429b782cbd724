// What stands behind a listener: requests in, responses out, no sockets. The real server
// (server.h) and the simulated network call the same handler. Interface header.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/async/clock.h"
#include "common/core/ids.h"
#include "common/core/time.h"

namespace picket::controller {

struct ServerRequest {
  std::string method;
  std::string path;                                          // decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;    // decoded
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::optional<AgentId> peer;         // from the client certificate, when one was verified
  std::string peer_serial;             // of that certificate, hex
  std::optional<WallTime> peer_until;  // the end of its validity
  std::string remote_address;

  std::optional<std::string> query_value(const std::string& name) const;
  std::optional<std::string> header(const std::string& name) const;
};

struct ServerResponse {
  int status{200};
  std::string content_type{"application/json"};
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// Must not throw. Cancellation: the connection is gone; the handler may be cancelled at any wait.
using Handler = std::function<async::Task<ServerResponse>(ServerRequest)>;

}  // namespace picket::controller
