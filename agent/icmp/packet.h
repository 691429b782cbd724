// ICMP echo packets (RFC 792 for IPv4, RFC 4443 for IPv6). Pure functions; any bytes may be given
// to the reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace picket::agent {

enum class IpFamily { v4, v6 };

struct Echo {
  std::uint16_t id{0};
  std::uint16_t sequence{0};
  std::string payload;
  bool operator==(const Echo&) const = default;
};

// An echo request. With the checksum for IPv4; for IPv6 the kernel writes it (RFC 3542, 3.1).
std::string render_echo_request(IpFamily family, const Echo& echo);

// The echo reply in a packet as received; nothing for every other packet. `with_ip_header`: a raw
// IPv4 socket gives the IP header too.
std::optional<Echo> parse_echo_reply(IpFamily family, std::string_view packet, bool with_ip_header);

// RFC 1071. In host order.
std::uint16_t internet_checksum(std::string_view bytes);

// "host unreachable", "no route", "time exceeded": what an ICMP error says.
std::string describe_icmp_error(IpFamily family, int type, int code);

}  // namespace picket::agent
