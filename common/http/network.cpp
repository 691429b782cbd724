#include "common/http/network.h"

#include <utility>

#include "common/http/hosts_file.h"

namespace picket::http {

Network::Network(async::Clock& clock, NetworkOptions options)
    : guard_(std::move(options.guard)),
      certificates_(clock, std::move(options.ca_file), options.add_system_roots) {}

Result<std::unique_ptr<Network>> Network::create(async::Executor executor, async::Clock& clock,
                                                 NetworkOptions options) {
  ResolverOptions resolving;
  resolving.servers = std::move(options.dns_servers);
  std::unique_ptr<Network> network(new Network(clock, std::move(options)));
  if (auto store = network->certificates_.get({}); !store) return fail(store.error());
  auto resolver = Resolver::create(std::move(executor), clock, std::move(resolving));
  if (!resolver) return fail(resolver.error());
  network->resolver_ = std::move(*resolver);
  return network;
}

void Network::keep_allowed(const std::string& host, Resolution& resolution) const {
  std::string first;
  std::vector<std::string> allowed;
  for (std::string& address : resolution.addresses) {
    const std::string refusal = guard_.refusal(address);
    if (refusal.empty()) allowed.push_back(std::move(address));
    if (first.empty()) first = refusal;
  }
  resolution.addresses = std::move(allowed);
  if (resolution.failure || !resolution.addresses.empty()) return;
  const std::string name = is_ip_literal(host) ? "" : host + ": ";
  resolution.failure = Failure{FailureKind::blocked_address, name + first, {}};
}

}  // namespace picket::http
