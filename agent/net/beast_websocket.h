// The WebSocket handshake by Boost.Beast, all of which stands in one implementation file. Used by
// TcpConnection, which outlives what is made here; one executor.
#pragma once

#include "agent/net/stream.h"
#include "agent/net/websocket.h"

namespace picket::agent {

// `remote` for messages. Errors and cancellation as Connection::open_websocket.
async::Task<Result<WebSocketAnswer>> open_beast_websocket(Stream& stream, std::string remote,
                                                          async::Clock& clock,
                                                          WebSocketRequest request,
                                                          Deadline deadline);

}  // namespace picket::agent
