// DNS over UDP and TCP on Asio sockets: a fresh socket, port and random id per question, and
// only the server asked is heard. Owned by app or the CLI; the clock outlives it. One executor.
#pragma once

#include <memory>

#include "agent/dns/dns_client.h"
#include "common/http/address_guard.h"

namespace picket::agent {

std::unique_ptr<DnsClient> create_dns_client(async::Clock& clock, http::AddressGuard guard);

}  // namespace picket::agent
