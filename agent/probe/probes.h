// Every kind of probe, behind one interface: what the runner opens a session of for each attempt.
// Owned by agent.cpp or the CLI; the ports outlive it. One executor.
#pragma once

#include <memory>

#include "agent/probe/http_probe.h"
#include "agent/probe/probe.h"

namespace picket::agent {

struct DnsPorts;   // dns_servers.h
struct IcmpPorts;  // icmp_probe.h
class Dialer;      // agent/net/dialer.h

// What probes reach the world through. Without the ports of a kind its steps are errors.
struct ProbePorts {
  http::HttpClient& client;
  async::Clock& clock;
  const DnsPorts* dns{nullptr};
  const IcmpPorts* icmp{nullptr};
  Dialer* dialer{nullptr};  // of tls, tcp and websocket
};

class Probes final : public ProbeSessions {
 public:
  explicit Probes(ProbePorts ports) : ports_(ports), http_(ports.client, ports.clock) {}
  std::unique_ptr<ProbeSession> open(SessionOptions options) override;

 private:
  ProbePorts ports_;
  HttpProbe http_;
};

}  // namespace picket::agent
