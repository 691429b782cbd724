#include "agent/icmp/error_queue.h"

#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

namespace picket::agent {
namespace {

std::string address_text(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    return ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
  }
  if (address->sa_family != AF_INET6) return {};
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
  return ::inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
}

bool is_error(const cmsghdr* header) {
  return (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR) ||
         (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR);
}

QueuedError convert(const sock_extended_err* raw) {
  QueuedError out{.error = static_cast<int>(raw->ee_errno)};
  out.is_icmp = raw->ee_origin == SO_EE_ORIGIN_ICMP || raw->ee_origin == SO_EE_ORIGIN_ICMP6;
  out.type = raw->ee_type;
  out.code = raw->ee_code;
  if (out.is_icmp) out.offender = address_text(SO_EE_OFFENDER(raw));
  return out;
}

}  // namespace

bool queue_errors(int descriptor, IpFamily family) {
  const int on = 1;
  if (family == IpFamily::v4)
    return ::setsockopt(descriptor, IPPROTO_IP, IP_RECVERR, &on, sizeof on) == 0;
  return ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on) == 0;
}

std::optional<QueuedError> next_error(int descriptor) {
  alignas(cmsghdr) std::array<char, 512> control{};
  std::array<char, 256> data{};
  iovec part{data.data(), data.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (::recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return std::nullopt;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header))
    if (is_error(header))
      return convert(reinterpret_cast<const sock_extended_err*>(CMSG_DATA(header)));
  return QueuedError{};
}

}  // namespace picket::agent
