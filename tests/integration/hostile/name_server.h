// A DNS server on one free loopback port, over UDP and TCP, that does whatever a row says: several
// answers to one question, answers from elsewhere, frames that lie. Its own threads; the
// destructor ends them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tests/support/hostile_server.h"
#include "tests/support/udp_responder.h"
#include "tests/support/udp_server.h"

namespace picket::test {

class HostileNameServer {
 public:
  using OverUdp = std::function<void(const DnsQuestion&, const UdpAsker&)>;

  // Throws std::system_error.
  HostileNameServer(OverUdp udp, HostileServer::Behaviour tcp);

  std::string address() const { return "127.0.0.1:" + std::to_string(tcp_->port()); }

 private:
  std::unique_ptr<HostileServer> tcp_;
  std::unique_ptr<UdpServer> udp_;
};

// The question that stands in a TCP frame (RFC 1035, 4.2.2); nothing: the peer is gone.
std::optional<DnsQuestion> read_framed_question(RawConnection& peer);

}  // namespace picket::test
