#include "tests/integration/hostile/name_server.h"

#include <system_error>
#include <utility>

namespace picket::test {
namespace {

constexpr int kPortsTried = 20;
constexpr std::size_t kHeaderBytes = 12;  // RFC 1035, 4.1.1

}  // namespace

HostileNameServer::HostileNameServer(OverUdp udp, HostileServer::Behaviour tcp) {
  const auto handle = [udp = std::move(udp)](const std::string& packet, const UdpAsker& asker) {
    if (packet.size() >= kHeaderBytes) udp(parse_question(packet), asker);
  };
  for (int left = kPortsTried; !udp_; --left) {
    tcp_ = std::make_unique<HostileServer>(tcp);
    try {
      udp_ = std::make_unique<UdpServer>(tcp_->port(), handle);
    } catch (const std::system_error&) {
      if (left == 1) throw;  // others have the ports
    }
  }
}

std::optional<DnsQuestion> read_framed_question(RawConnection& peer) {
  std::string got;
  while (got.size() < 2 + kHeaderBytes || got.size() < 2U + static_cast<unsigned char>(got[1])) {
    const std::string more = peer.read_some();
    if (more.empty()) return std::nullopt;
    got += more;
  }
  return parse_question(got.substr(2));
}

}  // namespace picket::test
