// Whom a request is for (the Host header: RFC 9110, 7.2). A web page of a stranger whose name leads
// to this machine's loopback address ("DNS rebinding") gives itself away by that name. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace picket::controller {

// Whether `host` ("name", "name:port", "[::1]:port") is a numeric address, localhost or a name
// below it (RFC 6761, 6.3), or one of `names` (in lower case). Empty: such a client is no browser.
bool is_host_of(std::string_view host, const std::vector<std::string>& names);

// Of a numeric address to listen on.
bool is_loopback(const std::string& address);

// "picket.example.com" of "https://picket.example.com:8443/path"; empty when there is none.
std::string host_of_url(std::string_view url);

}  // namespace picket::controller
