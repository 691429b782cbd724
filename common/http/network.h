// What every connection of a program shares: the resolver, the trusted certificates and the address
// guard. Made once by main and used by the HTTP client and by agent/net; one executor. Outlives
// what uses it; must be destroyed before its io_context.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/http/address_guard.h"
#include "common/http/certificate_store.h"
#include "common/http/resolver.h"

namespace picket::http {

struct NetworkOptions {
  std::vector<std::string> dns_servers;  // "127.0.0.1:5300"; empty: the system's
  std::string ca_file;                   // empty: Debian's bundle; added roots, re-read on change
  bool add_system_roots{true};           // with a ca_file: trust the system's bundle too
  AddressGuard guard;
};

class Network {
 public:
  // invalid_config: a CA file that cannot be read or a DNS server that is no address.
  // resource_exhausted.
  static Result<std::unique_ptr<Network>> create(async::Executor executor, async::Clock& clock,
                                                 NetworkOptions options);

  Resolver& resolver() { return *resolver_; }
  CertificateStores& certificates() { return certificates_; }
  const AddressGuard& guard() const { return guard_; }

  // Takes the addresses out of `resolution` that the guard refuses. When none is left, its failure
  // is blocked_address with the guard's words about the first one, and `host` unless it is one.
  void keep_allowed(const std::string& host, Resolution& resolution) const;

 private:
  Network(async::Clock& clock, NetworkOptions options);

  AddressGuard guard_;
  CertificateStores certificates_;
  std::unique_ptr<Resolver> resolver_;
};

}  // namespace picket::http
