// Cookies of one attempt, by RFC 6265 with the prefixes and the secure rule of its successor.
// Plain data: time is an argument; no I/O. Forgotten at the end of the attempt.
//
// Instead of the public suffix list a simple rule: a Domain without a dot, and one like "co.uk"
// (a two-letter top level under co com net org gov ac edu), is refused unless it is the host.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/probe/probe.h"
#include "common/http/url.h"

namespace picket::agent {

// One Set-Cookie header as received from `url`. Nothing when it must be ignored.
std::optional<SetCookie> parse_set_cookie(std::string_view header, const http::Url& url,
                                          WallTime now);

// RFC 6265, 5.1.1: the lenient date of cookies. Nothing when it is none.
std::optional<WallTime> parse_cookie_date(std::string_view text);

class CookieJar {
 public:
  static constexpr std::size_t kCookiesMax = 300;   // the oldest go first
  static constexpr std::size_t kCookieBytesMax = 4096;  // name and value

  // Keeps, replaces or (when it has expired) removes a cookie.
  void store(SetCookie cookie, WallTime now);

  // "a=1; b=2": longer paths first, then the order of creation. Empty when none applies.
  std::string header_for(const http::Url& url, WallTime now) const;

  std::size_t size() const { return cookies_.size(); }

 private:
  std::vector<SetCookie> cookies_;  // in order of creation
};

}  // namespace picket::agent
