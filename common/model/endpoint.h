// Where a probe without a URL connects to, and how it speaks TLS there: parts of the actions of
// `tls`, `tcp` and `websocket`. Plain values; texts may hold ${{ }} templates until a run fills
// them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/text_part.h"

namespace picket {

struct Endpoint {
  std::string target;             // "shop.example.com:443", "[2001:db8::1]:443"
  std::string address;            // numeric: connect there; empty: where the host's name leads
  std::string ip_version{"any"};  // any, 4, 6
  bool operator==(const Endpoint&) const = default;
};

struct TlsClient {
  std::string server_name;        // empty: the target's host
  std::vector<std::string> alpn;  // in order of preference
  double min_version{1.2};
  std::string client_certificate;  // PEM, chain and key; empty: none
  std::string ca;                  // PEM: these are trusted and no others; empty: the agent's
  bool insecure{false};            // accept any certificate
  bool operator==(const TlsClient&) const = default;
};

struct HostPort {
  std::string host;  // lower case, IPv6 without brackets
  int port{0};
  bool operator==(const HostPort&) const = default;
};

// "host:port", "203.0.113.7:25", "[2001:db8::1]:443"; "host" alone where a default port is given.
// Nothing when it is none of these.
std::optional<HostPort> parse_host_port(std::string_view text, int default_port = 0);

// "host:443", "[2001:db8::1]:443".
std::string render(const HostPort& at);

template <class Visit>
void each_text(Endpoint& endpoint, Visit& visit) {
  visit(endpoint.target, TextPart{"target"});
  visit(endpoint.address, TextPart{"address"});
}

template <class Visit>
void each_text(TlsClient& client, Visit& visit) {
  visit(client.server_name, TextPart{"server_name"});
  visit(client.client_certificate, TextPart{"client_certificate"});
  visit(client.ca, TextPart{"ca"});
}

}  // namespace picket
