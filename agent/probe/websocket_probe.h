// The `websocket` kind: a connection, TLS for wss, the handshake, a dialogue in messages, a close
// in order. The last message is the body. Lives for one step; what it is given outlives it. One
// executor.
#pragma once

#include "agent/probe/probe_context.h"
#include "common/model/websocket_action.h"

namespace picket::agent {

// A handshake that is not answered with 101 is the failure websocket_handshake, unless the action
// may be refused: then its status is for expectations. A server that closes while something is
// waited for is websocket_closed. Errors and cancellation as ProbeSession::run.
async::Task<Result<ProbeOutcome>> run_websocket(WebSocketAction action,
                                                const ProbeContext& context);

}  // namespace picket::agent
