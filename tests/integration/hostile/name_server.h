// A DNS server on one free loopback port, over UDP and TCP, that does whatever a row says: several
// answers to one question, answers from elsewhere, frames that lie. Its own threads; the
// destructor ends them.
#pragma once

#include <netinet/in.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "tests/support/hostile_server.h"
#include "tests/support/udp_responder.h"

namespace picket::test {

// A question over UDP; used on the server's thread.
class UdpAsker {
 public:
  UdpAsker(int socket, int stop_event, const sockaddr_in& peer)
      : socket_(socket), stop_event_(stop_event), peer_(peer) {}

  void reply(const std::string& packet) const { send(socket_, packet); }
  void reply_from_elsewhere(const std::string& packet) const;  // from another port
  bool stopped() const;

 private:
  void send(int socket, const std::string& packet) const;

  int socket_;
  int stop_event_;
  sockaddr_in peer_;
};

class HostileNameServer {
 public:
  using OverUdp = std::function<void(const DnsQuestion&, const UdpAsker&)>;

  // Throws std::system_error.
  HostileNameServer(OverUdp udp, HostileServer::Behaviour tcp);
  ~HostileNameServer();
  HostileNameServer(const HostileNameServer&) = delete;
  HostileNameServer& operator=(const HostileNameServer&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(tcp_->port()); }

 private:
  void serve();

  OverUdp udp_;
  std::unique_ptr<HostileServer> tcp_;
  int socket_{-1};
  int stop_event_{-1};
  std::thread thread_;
};

// The question that stands in a TCP frame (RFC 1035, 4.2.2); nothing: the peer is gone.
std::optional<DnsQuestion> read_framed_question(RawConnection& peer);

}  // namespace picket::test
