// Which DNS servers there are to ask: those of resolv.conf(5), and those written in a check.
// Pure parsers and one small file; nothing is resolved here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/dns/dns_client.h"

namespace picket::agent {

// The `nameserver` lines, in order; the first three, as resolvers use them. Without any,
// 127.0.0.1 as the manual page says.
std::vector<DnsEndpoint> parse_resolv_conf(std::string_view text);
std::vector<DnsEndpoint> read_resolv_conf(const std::string& path = "/etc/resolv.conf");

// "9.9.9.9", "9.9.9.9:5353", "2001:db8::1", "[2001:db8::1]:53", "ns1.example.com:53": a numeric
// address or a name, and a port. Nothing for an empty host or a bad port.
std::optional<DnsEndpoint> parse_server(std::string_view text);

// "9.9.9.9:53", "[2001:db8::1]:53"
std::string render(const DnsEndpoint& server);

}  // namespace picket::agent
