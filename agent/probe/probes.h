// Every kind of probe, behind one interface: what the runner opens a session of for each attempt.
// Owned by agent.cpp or the CLI; the ports outlive it. One executor.
#pragma once

#include <memory>

#include "agent/probe/http_probe.h"
#include "agent/probe/probe.h"

namespace picket::agent {

struct DnsPorts;   // dns_servers.h
class OAuthProbe;  // oauth_probe.h
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
  explicit Probes(ProbePorts ports);
  ~Probes() override;
  std::unique_ptr<ProbeSession> open(SessionOptions options) override;

  // Ends what probes do in the background, between runs. The owner awaits it before the destructor
  // while the executor still runs; where the executor has ended with no work left, it need not.
  async::Task<void> drain();

 private:
  ProbePorts ports_;
  HttpProbe http_;
  std::unique_ptr<OAuthProbe> oauth_;
};

}  // namespace picket::agent
