// What the probes that connect by themselves share: a connection to an Endpoint as a hop of the
// step, and its TLS. Plain functions; they live as long as the probe's step.
#pragma once

#include <memory>
#include <string>

#include "agent/net/dialer.h"
#include "agent/probe/probe_context.h"
#include "common/model/endpoint.h"

namespace picket::agent {

struct EndpointHop {
  Hop hop;  // request, addresses, phases
  HostPort at;
  std::vector<FailedAddress> failed;       // tried before
  std::unique_ptr<Connection> connection;  // null: `hop.exchange.failure` says why
};

struct EndpointOptions {
  std::string protocol;  // "TLS": the hop's method, and in lower case its URL's scheme
  int default_port{0};
};

// An endpoint that is no host and port after substitution is the failure invalid_request.
// Error: internal without a dialer, else as Dialer::dial. Cancellation: throws operation_aborted.
async::Task<Result<EndpointHop>> open_endpoint(Endpoint endpoint, EndpointOptions options,
                                               const ProbeContext& context);

TlsSettings settings_of(const TlsClient& client, const HostPort& at);

// Puts what a handshake showed into the hop: facts, the phase, the failure.
void take_report(const TlsReport& report, Hop& hop);

// An argument for a POSIX shell.
std::string shell_word(const std::string& text);

// Of a hop that is complete, or failed: its duration is what its phases sum up to.
void finish(Hop& hop);

}  // namespace picket::agent
