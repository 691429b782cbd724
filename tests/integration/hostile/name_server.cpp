#include "tests/integration/hostile/name_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace picket::test {
namespace {

constexpr int kPortsTried = 20;
constexpr std::size_t kHeaderBytes = 12;  // RFC 1035, 4.1.1

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

// -1: somebody else has this port.
int bind_udp(int port) {
  const int made = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (::bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return made;
  ::close(made);
  return -1;
}

}  // namespace

void UdpAsker::send(int socket, const std::string& packet) const {
  ::sendto(socket, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&peer_),
           sizeof peer_);
}

void UdpAsker::reply_from_elsewhere(const std::string& packet) const {
  const int other = bind_udp(0);
  send(other, packet);
  ::close(other);
}

bool UdpAsker::stopped() const {
  pollfd stop{stop_event_, POLLIN, 0};
  return ::poll(&stop, 1, 0) != 0;
}

HostileNameServer::HostileNameServer(OverUdp udp, HostileServer::Behaviour tcp)
    : udp_(std::move(udp)) {
  for (int i = 0; i < kPortsTried && socket_ < 0; ++i) {
    tcp_ = std::make_unique<HostileServer>(tcp);
    socket_ = bind_udp(tcp_->port());
  }
  if (socket_ < 0) throw std::system_error(EADDRINUSE, std::generic_category(), "bind");
  stop_event_ = ::eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { serve(); });
}

HostileNameServer::~HostileNameServer() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_event_, &one, sizeof one);
  thread_.join();
  ::close(socket_);
  ::close(stop_event_);
}

void HostileNameServer::serve() {
  for (;;) {
    std::array<pollfd, 2> both{pollfd{socket_, POLLIN, 0}, pollfd{stop_event_, POLLIN, 0}};
    if (::poll(both.data(), both.size(), -1) < 0 || both[1].revents != 0) return;
    std::array<char, 2048> buffer{};
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const ssize_t count = ::recvfrom(socket_, buffer.data(), buffer.size(), 0,
                                     reinterpret_cast<sockaddr*>(&peer), &size);
    if (count < static_cast<ssize_t>(kHeaderBytes)) continue;
    const std::string packet(buffer.data(), static_cast<std::size_t>(count));
    udp_(parse_question(packet), UdpAsker(socket_, stop_event_, peer));
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
