// Whom a `dns` step asks: names turned into addresses, "system" into the agent's own resolvers,
// `authoritative` into the name servers of the zone. Lives for one step; the ports outlive it.
// One executor.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/dns/dns_client.h"
#include "common/http/network.h"
#include "common/model/dns_action.h"

namespace picket::agent {

// What DNS is asked through. Owned by agent.cpp or the CLI.
struct DnsPorts {
  DnsClient& client;
  http::Network& network;
  std::vector<DnsEndpoint> system;  // the agent's own resolvers, in order; not empty
  int authoritative_port{53};       // of name servers found in a zone
};

struct DnsServer {
  std::string label;
  std::vector<DnsEndpoint> endpoints;  // in order: the next is asked when one does not answer
  bool guarded{true};
  std::optional<Failure> failure;  // nobody to ask
};

class DnsServers {
 public:
  DnsServers(const DnsPorts& ports, async::Clock& clock) : ports_(ports), clock_(clock) {}

  // At most DnsAction::kServersMax. Errors and cancellation are the ports'.
  async::Task<Result<std::vector<DnsServer>>> find(DnsAction action, Deadline deadline);

 private:
  async::Task<Result<DnsServer>> named(std::string text, Deadline deadline);
  async::Task<Result<std::vector<DnsServer>>> authoritative(std::string name, Deadline deadline);
  async::Task<Result<DnsReply>> ask_system(DnsQuestion question, Deadline deadline);

  const DnsPorts& ports_;
  async::Clock& clock_;
};

}  // namespace picket::agent
