#include "tests/support/hostile_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "tests/support/process.h"

namespace picket::test {
namespace {

constexpr int kForever = -1;

int check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

struct Listener {
  int descriptor;
  int port;
};

Listener listen_on_loopback() {
  const int descriptor = check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  check(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size), "bind");
  check(::listen(descriptor, SOMAXCONN), "listen");
  check(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return {descriptor, ntohs(address.sin_port)};
}

}  // namespace

RawConnection::~RawConnection() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool RawConnection::wait_for(short events, int timeout_ms) {
  std::array<pollfd, 2> both{pollfd{descriptor_, events, 0}, pollfd{stop_event_, POLLIN, 0}};
  const int ready = ::poll(both.data(), both.size(), timeout_ms);
  if (ready < 0 || both[1].revents != 0) return false;
  return events == 0 ? both[0].revents == 0 : (both[0].revents & events) != 0;
}

std::string RawConnection::read_some() {
  if (!wait_for(POLLIN, kForever)) return {};
  std::array<char, 16384> buffer{};
  const ssize_t count = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : std::string{};
}

std::string RawConnection::read_request() {
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos) {
    const std::string more = read_some();
    if (more.empty()) break;
    request += more;
  }
  return request;
}

bool RawConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!wait_for(POLLOUT, kForever)) return false;
    const ssize_t count =
        ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool RawConnection::drip(std::string_view bytes, std::chrono::milliseconds interval) {
  for (const char byte : bytes) {
    if (!send({&byte, 1})) return false;
    if (!wait_for(0, static_cast<int>(interval.count()))) return false;
  }
  return true;
}

void RawConnection::discard() {
  std::array<char, 16384> buffer{};
  while (::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
  }
}

void RawConnection::hold() { wait_for(POLLRDHUP, kForever); }

void RawConnection::reset() {
  const linger abort{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  ::close(descriptor_);
  descriptor_ = -1;
}

void RawConnection::end() { ::shutdown(descriptor_, SHUT_WR); }

HostileServer::HostileServer(Behaviour behaviour) : behaviour_(std::move(behaviour)) {
  const Listener listener = listen_on_loopback();
  listener_ = listener.descriptor;
  port_ = listener.port;
  stop_event_ = check(::eventfd(0, EFD_CLOEXEC), "eventfd");
  acceptor_ = std::thread([this] { accept_all(); });
}

HostileServer::~HostileServer() {
  const std::uint64_t one = 1;  // stays readable: every wait ends
  [[maybe_unused]] const ssize_t written = ::write(stop_event_, &one, sizeof one);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  ::close(listener_);
  ::close(stop_event_);
}

std::string HostileServer::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

void HostileServer::accept_all() {
  for (;;) {
    std::array<pollfd, 2> both{pollfd{listener_, POLLIN, 0}, pollfd{stop_event_, POLLIN, 0}};
    if (::poll(both.data(), both.size(), kForever) < 0 || both[1].revents != 0) return;
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) continue;
    ++connections_;
    threads_.emplace_back([this, descriptor] {
      RawConnection connection(descriptor, stop_event_);
      behaviour_(connection);
    });
  }
}

int unused_port() { return free_port(); }

}  // namespace picket::test
