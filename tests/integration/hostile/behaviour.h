// One hostile target: what it does, and how a run against it must end. The table of
// docs/reference/hostile-targets.md is made of these; hostile_test.cpp runs each.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/http/curl_client.h"
#include "common/model/action.h"
#include "tests/support/hostile_server.h"

namespace picket::test {

// What a behaviour needs while it is run: its servers, and the run's setting.
struct Scene {
  HttpAction action;
  std::optional<Action> other;  // in place of the request: another kind's
  http::CurlClientOptions client;
  std::vector<std::shared_ptr<void>> servers;  // kept until the run is over
};

struct HostileTarget {
  std::string group;
  std::string what;                     // "silence after the connection"
  std::string kind;                     // of the failure; "passes" when it must not disturb
  std::function<void(Scene&)> prepare;  // starts the servers, sets action.url
  bool waits{false};                    // for the deadline, though its kind is not called a timeout
};

using Targets = std::vector<HostileTarget>;

Targets hostile_heads();
Targets hostile_bodies();
Targets hostile_encodings();
Targets hostile_redirects();
Targets hostile_http2();
Targets hostile_grpc();
Targets hostile_tls();
Targets hostile_connections();
Targets hostile_names();
Targets hostile_dns();
Targets hostile_tcp();
Targets hostile_tls_probe();
Targets hostile_starttls();
Targets hostile_websockets();
Targets hostile_oauth();

// A target that answers each connection so.
HostileTarget served(std::string group, std::string what, std::string kind,
                     HostileServer::Behaviour behave);

// Reads the request, then sends these bytes and closes.
HostileServer::Behaviour answers(std::string bytes);

// Reads the request, sends `first`, then `again` for as long as the peer takes it.
HostileServer::Behaviour repeats(std::string first, std::string again);

// Sends this, one byte each 50 ms: nothing of it is ever complete.
HostileServer::Behaviour trickles(std::string bytes);

inline const std::string kOk = "HTTP/1.1 200 OK\r\n";

}  // namespace picket::test
