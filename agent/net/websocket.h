// Interface header. A WebSocket (RFC 6455) over a connection of a probe: whole messages with
// deadlines and a limit. Owned by the probe; the connection outlives it. One executor.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/async/clock.h"
#include "common/core/deadline.h"
#include "common/http/http_client.h"
#include "common/model/failure.h"

namespace picket::agent {

struct WebSocketRequest {
  std::string host;    // of the Host header, with the port where it is not the scheme's
  std::string target;  // "/chat?room=1"
  http::Headers headers;
  std::vector<std::string> subprotocols;  // offered, in order of preference
  std::uint64_t message_bytes_max{1024 * 1024};
};

struct WebSocketMessage {
  std::string bytes;
  bool binary{false};
  bool closed{false};  // the peer has closed: code and reason, no message
  int close_code{0};   // 0: none given; 1006: the connection ended without a close frame
  std::string close_reason;
  std::optional<Failure> failure;  // timeout, connect_reset, body_too_large, websocket_protocol
};

class WebSocket {
 public:
  virtual ~WebSocket() = default;

  // The next message. Pings are answered on the way.
  // Error: resource_exhausted. Cancellation: throws operation_aborted.
  virtual async::Task<Result<WebSocketMessage>> read(Deadline deadline) = 0;

  // Sends one text message. Returns why not.
  virtual async::Task<Result<std::optional<Failure>>> write(std::string text,
                                                            Deadline deadline) = 0;

  // Closes with 1000 and waits for the peer's answer, its code; 0 when none came in time.
  virtual async::Task<Result<int>> close(Deadline deadline) = 0;
};

struct WebSocketAnswer {
  int status{0};  // 0: no HTTP answer came
  http::Headers headers;
  std::string body;                   // of an answer that is not 101
  std::string subprotocol;            // that the server chose
  std::optional<Failure> failure;     // websocket_handshake, timeout, ...
  std::unique_ptr<WebSocket> socket;  // null when there is a failure
};

}  // namespace picket::agent
