#include "tests/support/udp_responder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
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

constexpr std::size_t kHeaderBytes = 12;  // RFC 1035, 4.1.1

std::string u16(int value) {
  return {static_cast<char>((value >> 8) & 0xff), static_cast<char>(value & 0xff)};
}

int read_u16(const std::string& bytes, std::size_t at) {
  return (static_cast<unsigned char>(bytes[at]) << 8) | static_cast<unsigned char>(bytes[at + 1]);
}

std::string header(const DnsQuestion& question, int rcode, int answers) {
  constexpr int kResponseRecursive = 0x8180;
  return u16(question.id) + u16(kResponseRecursive | rcode) + u16(1) + u16(answers) + u16(0) +
         u16(0) + question.question;
}

}  // namespace

DnsQuestion parse_question(const std::string& packet) {
  DnsQuestion out{static_cast<std::uint16_t>(read_u16(packet, 0)), {}, 0, {}};
  std::size_t at = kHeaderBytes;
  while (at < packet.size() && packet[at] != 0) {
    const auto size = static_cast<unsigned char>(packet[at]);
    if (!out.name.empty()) out.name += '.';
    out.name += packet.substr(at + 1, size);
    at += size + 1U;
  }
  out.type = read_u16(packet, at + 1);
  out.question = packet.substr(kHeaderBytes, at + 5 - kHeaderBytes);
  return out;
}

std::string dns_reply(const DnsQuestion& question, int rcode) { return header(question, rcode, 0); }

std::string dns_addresses(const DnsQuestion& question, const std::vector<std::string>& addresses,
                          int ttl_seconds) {
  std::string out = header(question, 0, static_cast<int>(addresses.size()));
  for (const std::string& address : addresses) {
    std::array<char, 16> bytes{};
    const int family = question.type == 28 ? AF_INET6 : AF_INET;
    ::inet_pton(family, address.c_str(), bytes.data());
    const int size = question.type == 28 ? 16 : 4;
    constexpr int kNameOfQuestion = 0xc00c;  // a pointer, RFC 1035, 4.1.4
    out += u16(kNameOfQuestion) + u16(question.type) + u16(1) + u16(ttl_seconds >> 16) +
           u16(ttl_seconds) + u16(size) + std::string(bytes.data(), static_cast<std::size_t>(size));
  }
  return out;
}

UdpResponder::UdpResponder(Answer answer) : answer_(std::move(answer)) {
  socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0)
    throw std::system_error(errno, std::generic_category(), "bind");
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  stop_event_ = ::eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { serve(); });
}

UdpResponder::~UdpResponder() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_event_, &one, sizeof one);
  thread_.join();
  ::close(socket_);
  ::close(stop_event_);
}

void UdpResponder::serve() {
  for (;;) {
    std::array<pollfd, 2> both{pollfd{socket_, POLLIN, 0}, pollfd{stop_event_, POLLIN, 0}};
    if (::poll(both.data(), both.size(), -1) < 0 || both[1].revents != 0) return;
    std::array<char, 2048> buffer{};
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const ssize_t count = ::recvfrom(socket_, buffer.data(), buffer.size(), 0,
                                     reinterpret_cast<sockaddr*>(&peer), &size);
    if (count < static_cast<ssize_t>(kHeaderBytes)) continue;
    ++questions_;
    const std::string reply =
        answer_(parse_question(std::string(buffer.data(), static_cast<std::size_t>(count))));
    if (!reply.empty())
      ::sendto(socket_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&peer), size);
  }
}

}  // namespace picket::test
