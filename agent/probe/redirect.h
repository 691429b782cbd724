// Where a response sends the client next, and what of the request goes along. Pure rules of
// RFC 9110 section 15.4 and of the Fetch standard's HTTP-redirect fetch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/http/http_client.h"
#include "common/http/url.h"

namespace picket::agent {

// The Location of a 301, 302, 303, 307 or 308 response; nothing when it is no redirect.
std::optional<std::string> redirect_location(const http::Exchange& exchange);

// The request for the next hop: 303 becomes GET (HEAD stays), 301 and 302 turn POST into GET, 307
// and 308 keep method and body. To another origin neither authorization nor digest credentials, the
// client certificate nor `secret_headers` (lower case) are sent; a pinned address and a server name
// are for their host only. The cookie header and the URL are the caller's business.
struct Leap {
  bool same_origin{true};
  bool same_host{true};
};
http::Request next_request(http::Request request, int status, Leap leap,
                           const std::vector<std::string>& secret_headers);

}  // namespace picket::agent
