// Traceroute by TCP, without privilege: connections with a growing TTL, whose ICMP answers the
// kernel keeps in the sockets' error queues. Packets look like those of the check, so firewalls
// treat them alike. Owned by app or the CLI; the clock outlives it. One executor.
#pragma once

#include <memory>

#include "agent/icmp/route_tracer.h"

namespace picket::agent {

constexpr int kTraceHopsMax = 20;
constexpr Nanos kTraceTime = Seconds{3};  // of one trace, at most

// At most `per_minute` traces are begun in any minute; 0: none.
std::unique_ptr<RouteTracer> create_tcp_tracer(async::Clock& clock, int per_minute);

}  // namespace picket::agent
