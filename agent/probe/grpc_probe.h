// The `grpc` kind: grpc.health.v1.Health/Check over the HTTP client's HTTP/2, with ALPN or in the
// clear. Lives for one step; what it is given outlives it. One executor.
#pragma once

#include "agent/probe/probe_context.h"
#include "common/model/grpc_action.h"

namespace picket::agent {

// Fails when the call does not end with OK or the service is not SERVING, unless an expectation
// judges `grpc.status` or `serving`. Errors and cancellation as ProbeSession::run.
async::Task<Result<ProbeOutcome>> run_grpc(GrpcAction action, ProbeContext& context);

}  // namespace picket::agent
