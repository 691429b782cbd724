// The `dns` kind: one question to each server, in order, and what the answers say together.
// Lives for one step; what it is given outlives it. One executor.
#pragma once

#include "agent/probe/probe_context.h"
#include "common/model/dns_action.h"

namespace picket::agent {

// Every server is a hop of its own, with its share of the time that is left: one that is silent
// does not take the others' time. Errors and cancellation as ProbeSession::run.
async::Task<Result<ProbeOutcome>> run_dns(DnsAction action, const ProbeContext& context);

}  // namespace picket::agent
