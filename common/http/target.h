// What a request asks for, checked before anything is sent: its URL taken apart and its parts
// held against RFC 9110. Pure.
#pragma once

#include <string>

#include "common/http/http_client.h"
#include "common/model/failure.h"

namespace picket::http {

struct Target {
  bool tls{false};
  std::string host;  // lower case, punycode, IPv6 without brackets
  int port{0};
  bool is_literal{false};  // a numeric address
  std::string authority;   // "shop.test:8443", for the Host header; the port only where written
};

// Takes an absolute http or https URL apart; the failure (invalid_request) names what is wrong.
tl::expected<Target, Failure> parse_target(const std::string& url);

// The same for a proxy: http://, https:// or socks5h:// (which resolve names themselves).
tl::expected<Target, Failure> parse_proxy(const std::string& url);

// The URL with another host; credentials, port and the rest stay.
std::string with_host(const std::string& url, const std::string& host);

// Method, header names and values, sizes. Nothing when the request can be sent as it is.
std::optional<Failure> check_request(const Request& request);

}  // namespace picket::http
