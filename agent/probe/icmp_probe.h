// The `icmp` kind: a name is resolved, guarded and pinged. Lives for one step; what it is given
// outlives it. One executor.
#pragma once

#include "agent/icmp/icmp_client.h"
#include "agent/probe/probe_context.h"
#include "common/http/network.h"
#include "common/model/icmp_action.h"

namespace picket::agent {

// Owned by agent.cpp or the CLI.
struct IcmpPorts {
  IcmpClient& client;
  http::Network& network;
};

// Fails when no packet is answered, unless an expectation judges `loss`. Errors and cancellation
// as ProbeSession::run; without permission to send ICMP the error says what would give it.
async::Task<Result<ProbeOutcome>> run_icmp(IcmpAction action, const ProbeContext& context);

// loss, packets.sent, packets.received, rtt.min, rtt.avg, rtt.max. Pure.
Facts icmp_facts(const PingSeries& series);

}  // namespace picket::agent
