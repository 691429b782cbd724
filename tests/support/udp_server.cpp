#include "tests/support/udp_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace picket::test {
namespace {

// Bound to a port of loopback; throws std::system_error.
int bind_udp(int port) {
  const int made = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return made;
  const int error = errno;
  ::close(made);
  throw std::system_error(error, std::generic_category(), "bind");
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

UdpServer::UdpServer(int port, Handle handle)
    : handle_(std::move(handle)), socket_(bind_udp(port)), stop_event_(::eventfd(0, EFD_CLOEXEC)) {
  thread_ = std::thread([this] { serve(); });
}

UdpServer::~UdpServer() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_event_, &one, sizeof one);
  thread_.join();
  ::close(socket_);
  ::close(stop_event_);
}

int UdpServer::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

void UdpServer::serve() {
  for (;;) {
    std::array<pollfd, 2> both{pollfd{socket_, POLLIN, 0}, pollfd{stop_event_, POLLIN, 0}};
    if (::poll(both.data(), both.size(), -1) < 0 || both[1].revents != 0) return;
    std::array<char, 2048> buffer{};
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const ssize_t count = ::recvfrom(socket_, buffer.data(), buffer.size(), 0,
                                     reinterpret_cast<sockaddr*>(&peer), &size);
    if (count < 0) continue;
    handle_(std::string(buffer.data(), static_cast<std::size_t>(count)),
            UdpAsker(socket_, stop_event_, peer));
  }
}

}  // namespace picket::test
