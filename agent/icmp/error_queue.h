// What the kernel heard about a socket's packets: the ICMP errors of routers and hosts on the way,
// from the socket's error queue (IP_RECVERR, MSG_ERRQUEUE: ip(7), ipv6(7)). Needs no privilege.
#pragma once

#include <optional>
#include <string>

#include "agent/icmp/packet.h"

namespace picket::agent {

struct QueuedError {
  int error{0};         // errno that the socket reports for it
  bool is_icmp{false};  // from the network; else from this machine
  int type{0};          // of the ICMP message
  int code{0};
  std::string offender;  // who sent it, numeric; empty when unknown
};

// Makes the kernel queue them. False: it does not.
bool queue_errors(int descriptor, IpFamily family);

// The next one, without waiting.
std::optional<QueuedError> next_error(int descriptor);

}  // namespace picket::agent
