// Interface header. Connects for the probes that speak no HTTP: resolves, asks the address guard
// about each address between DNS and connect, and tries them in order. Owned by agent.cpp or the
// CLI; one executor.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/net/connection.h"
#include "common/http/http_client.h"

namespace picket::agent {

struct DialOptions {
  std::string host;  // a name, or an address without brackets
  int port{0};
  std::string address;  // connected to instead of what `host` resolves to; empty: resolve
  http::IpVersion ip_version{http::IpVersion::any};
  Nanos connect_timeout{Seconds{5}};  // of all addresses together: each gets an equal share
  Deadline deadline;
};

// An address that was tried before the one connected to, or before giving up.
struct FailedAddress {
  std::string address;  // "203.0.113.7:443"
  Failure failure;
};

struct Dialed {
  // Filled as for HTTP: failure, resolved_addresses, remote_address, dns_server, phases.dns and
  // phases.connect.
  http::Exchange exchange;
  std::vector<FailedAddress> failed;
  std::unique_ptr<Connection> connection;  // null when exchange.failure is set
};

class Dialer {
 public:
  virtual ~Dialer() = default;

  // One connection, to the first address that accepts. No race of addresses: a dead one costs its
  // share of the time, and shows.
  // A target that cannot be connected to is a Dialed with a failure; Error is our own failure only
  // (resource_exhausted): an address could not be tried, and none of the others accepted.
  // Cancellation: throws operation_aborted; nothing stays open.
  virtual async::Task<Result<Dialed>> dial(DialOptions options) = 0;
};

}  // namespace picket::agent
