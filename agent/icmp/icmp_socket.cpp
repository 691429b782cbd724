#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "agent/icmp/echo_client.h"

namespace picket::agent {
namespace {

constexpr const char* kRemedies =
    "let the agent's group into net.ipv4.ping_group_range, or give the agent CAP_NET_RAW "
    "(AmbientCapabilities=CAP_NET_RAW in its unit)";

bool is_refusal(int error) { return error == EACCES || error == EPERM; }

// Only echo replies reach the program.
void filter_raw_v6(int descriptor) {
  icmp6_filter filter{};
  ICMP6_FILTER_SETBLOCKALL(&filter);
  ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
  ::setsockopt(descriptor, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter);
}

}  // namespace

Result<IcmpSocket> open_icmp_socket(IpFamily family) {
  const int domain = family == IpFamily::v4 ? AF_INET : AF_INET6;
  const int protocol = family == IpFamily::v4 ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6};
  const int flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
  int descriptor = ::socket(domain, SOCK_DGRAM | flags, protocol);
  if (descriptor >= 0) return IcmpSocket{.descriptor = descriptor, .raw = false};
  if (!is_refusal(errno)) return fail(error_from_errno(errno, "a socket for ICMP"));
  descriptor = ::socket(domain, SOCK_RAW | flags, protocol);
  if (descriptor < 0 && is_refusal(errno))
    return fail(ErrorCode::unauthorized, "the agent may not send ICMP", kRemedies);
  if (descriptor < 0) return fail(error_from_errno(errno, "a raw socket for ICMP"));
  if (family == IpFamily::v6) filter_raw_v6(descriptor);
  return IcmpSocket{.descriptor = descriptor, .raw = true};
}

}  // namespace picket::agent
