#include "agent/probe/redirect.h"

#include <algorithm>

#include "common/core/text.h"

namespace picket::agent {
namespace {

void drop_header(http::Headers& headers, std::string_view name) {
  headers.erase(
      std::remove_if(headers.begin(), headers.end(),
                     [&](const auto& header) { return iequals_ascii(header.first, name); }),
      headers.end());
}

bool becomes_get(int status, std::string_view method) {
  if (status == 303) return method != "GET" && method != "HEAD";
  return (status == 301 || status == 302) && method == "POST";
}

}  // namespace

std::optional<std::string> redirect_location(const http::Exchange& exchange) {
  switch (exchange.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308: return http::find_header(exchange.headers, "location");
    default: return std::nullopt;
  }
}

http::Request next_request(http::Request request, int status, Leap leap,
                           const std::vector<std::string>& secret_headers) {
  if (becomes_get(status, request.method)) {
    request.method = "GET";
    request.body.clear();
    for (const char* name : {"content-type", "content-length", "content-encoding",
                             "content-language", "content-location"})
      drop_header(request.headers, name);
  }
  if (!leap.same_host) {
    request.address.clear();
    request.first_address_only = false;
    request.tls.server_name.clear();
  }
  if (!leap.same_origin) {
    request.digest.reset();
    request.tls.certificate_pem.clear();
    for (const char* name : {"authorization", "proxy-authorization", "cookie", "host"})
      drop_header(request.headers, name);
    for (const std::string& name : secret_headers) drop_header(request.headers, name);
  }
  return request;
}

}  // namespace picket::agent
