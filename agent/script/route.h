// Which address of a failed attempt is worth a traceroute, and where its lines go. Pure: the
// tracing itself is agent/icmp's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/model/run.h"

namespace picket::agent {

constexpr Nanos kTraceTimeMin = Millis{300};  // with less left it is not begun

// The remote address of the request that ended the attempt by connect_timeout,
// connect_unreachable or timeout, if one was tried; not of DNS questions and pings.
std::optional<std::string> failing_address(const Attempt& attempt);

struct Route {
  std::string remote;
  std::vector<std::string> lines;
};

// Into the evidence of every attempt that failed on this address.
void add_route(const Route& route, std::vector<Attempt>& attempts);

}  // namespace picket::agent
