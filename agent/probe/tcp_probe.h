// The `tcp` kind: a connection, TLS where asked for, and a dialogue of patterns waited for and
// texts said. What was received is the body. Lives for one step; what it is given outlives it. One
// executor.
#pragma once

#include "agent/probe/probe_context.h"
#include "common/model/tcp_action.h"

namespace picket::agent {

// A peer that says something else than what is waited for, to the deadline or to its end, is the
// failure tcp_unexpected. Errors and cancellation as ProbeSession::run.
async::Task<Result<ProbeOutcome>> run_tcp(TcpAction action, const ProbeContext& context);

}  // namespace picket::agent
