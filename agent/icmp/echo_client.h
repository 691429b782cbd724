// Pings through the kernel: an unprivileged ICMP socket where net.ipv4.ping_group_range allows
// it, else a raw one with CAP_NET_RAW. Owned by app or the CLI; the clock outlives it. One
// executor.
#pragma once

#include <functional>
#include <memory>

#include "agent/icmp/icmp_client.h"
#include "agent/icmp/packet.h"

namespace picket::agent {

struct IcmpSocket {
  int descriptor{-1};  // non-blocking, the caller's to close
  bool raw{false};
};

// Tries both kinds. unauthorized: neither is allowed, with both remedies; resource_exhausted, io.
Result<IcmpSocket> open_icmp_socket(IpFamily family);

using IcmpOpener = std::function<Result<IcmpSocket>(IpFamily)>;

std::unique_ptr<IcmpClient> create_echo_client(async::Clock& clock,
                                               IcmpOpener open = open_icmp_socket);

}  // namespace picket::agent
