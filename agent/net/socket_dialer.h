// The dialer over real sockets. The executor's context, the clock and the network outlive it and
// its connections.
#pragma once

#include <memory>

#include "agent/net/dialer.h"
#include "common/http/network.h"

namespace picket::agent {

std::unique_ptr<Dialer> create_socket_dialer(async::Executor executor, async::Clock& clock,
                                             http::Network& network);

}  // namespace picket::agent
