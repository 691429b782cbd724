// Interface header. Which DNS servers there are to ask: those of resolv.conf(5), and those written
// in a check. Pure parsers and one small file; nothing is resolved here.
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

// `servers`, or those of resolv.conf when there are none; texts that are no server are left out.
std::vector<DnsEndpoint> system_servers(const std::vector<std::string>& servers);

// "7.113.0.203.in-addr.arpa" for 203.0.113.7, the ip6.arpa name for an IPv6 address (RFC 1035,
// 3.5 and RFC 3596, 2.5). Empty when the text is no address.
std::string reverse_name(const std::string& address);

// "9.9.9.9:53", "[2001:db8::1]:53"
std::string render(const DnsEndpoint& server);

}  // namespace picket::agent
