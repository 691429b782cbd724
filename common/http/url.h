// URLs by libcurl's own parser (RFC 3986 as curl reads it), so that what is checked is what is
// requested. Pure functions over text; nothing is resolved or connected.
#pragma once

#include <string>
#include <string_view>

#include "common/core/result.h"

namespace picket::http {

struct Url {
  std::string text;    // normalised, without user, password and fragment
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; IPv6 without brackets
  int port{0};         // the scheme's own when none is written
  std::string path;    // "/" at least, percent-encoded as written
  std::string query;   // without "?"
  std::string user;    // decoded
  std::string password;
};

// An absolute http or https URL with a host. invalid_argument otherwise, also for control
// characters and spaces; the message shows the URL without its credentials.
Result<Url> parse_url(std::string_view text);

// `location` relative to `base` (RFC 3986 section 5, spaces encoded as browsers do).
// invalid_argument when the result is no http or https URL; the message names its scheme.
Result<Url> resolve(const Url& base, std::string_view location);

// "https://shop.test:8443"; the port only when it is not the scheme's own (RFC 6454).
std::string origin(const Url& url);

// "shop.test:8443", "[::1]:8080": for the Host header and for people.
std::string authority(const Url& url);

// Percent-encoding of one query or form value: all but unreserved characters (RFC 3986, 2.3).
std::string percent_encode(std::string_view text);

}  // namespace picket::http
