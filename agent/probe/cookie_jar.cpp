#include "agent/probe/cookie_jar.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/core/text.h"

namespace picket::agent {
namespace {

constexpr std::array<std::string_view, 7> kSecondLevels{"co",  "com", "net", "org",
                                                        "gov", "ac",  "edu"};

bool is_address(std::string_view host) {
  if (host.find(':') != std::string_view::npos) return true;
  return host.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_public_suffix(std::string_view domain) {
  const auto dot = domain.find('.');
  if (dot == std::string_view::npos) return true;
  if (domain.size() - dot - 1 != 2) return false;
  return std::find(kSecondLevels.begin(), kSecondLevels.end(), domain.substr(0, dot)) !=
         kSecondLevels.end();
}

bool domain_matches(std::string_view host, std::string_view domain) {
  if (host == domain) return true;
  return host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.' && !is_address(host);
}

bool path_matches(std::string_view request, std::string_view cookie) {
  if (request == cookie) return true;
  if (!request.starts_with(cookie)) return false;
  return cookie.ends_with('/') || request[cookie.size()] == '/';
}

std::string default_path(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == 0 || slash == std::string_view::npos) return "/";
  return std::string{path.substr(0, slash)};
}

// False when the cookie must be ignored for its domain.
bool set_domain(SetCookie& cookie, std::string_view attribute, const http::Url& url) {
  std::string domain = to_lower_ascii(trim_ascii(attribute));
  if (domain.starts_with('.')) domain.erase(0, 1);
  if (domain.empty()) return true;
  if (is_public_suffix(domain) || is_address(domain)) return domain == url.host;
  if (!domain_matches(url.host, domain)) return false;
  cookie.domain = domain;
  cookie.host_only = false;
  return true;
}

void set_max_age(SetCookie& cookie, std::string_view text, WallTime now) {
  constexpr std::int64_t kSecondsMax = 400LL * 86'400;
  std::int64_t seconds = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (parsed.ptr != text.data() + text.size() || text.empty()) return;
  if (parsed.ec == std::errc::result_out_of_range) seconds = text.front() == '-' ? -1 : kSecondsMax;
  seconds = std::clamp<std::int64_t>(seconds, 0, kSecondsMax);
  cookie.expires = now + Millis{seconds * 1000};
}

struct Attributes {
  std::string domain;
  std::optional<std::string> max_age;
};

void take_attribute(SetCookie& cookie, Attributes& attributes, std::string_view text) {
  const auto equals = text.find('=');
  const std::string name = to_lower_ascii(trim_ascii(text.substr(0, equals)));
  const std::string value{
      equals == std::string_view::npos ? "" : trim_ascii(text.substr(equals + 1))};
  if (name == "domain") attributes.domain = value;
  if (name == "path") cookie.path = value.starts_with('/') ? value : cookie.path;
  if (name == "secure") cookie.secure = true;
  if (name == "httponly") cookie.http_only = true;
  if (name == "samesite") cookie.same_site = value;
  if (name == "max-age") attributes.max_age = value;
  if (name == "expires")
    if (const auto date = parse_cookie_date(value)) cookie.expires = *date;
}

bool prefix_holds(const SetCookie& cookie) {
  if (cookie.name.starts_with("__Secure-")) return cookie.secure;
  if (cookie.name.starts_with("__Host-"))
    return cookie.secure && cookie.host_only && cookie.path == "/";
  return true;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
}

bool applies(const SetCookie& cookie, const http::Url& url, WallTime now) {
  if (cookie.expires && *cookie.expires <= now) return false;
  if (cookie.secure && url.scheme != "https") return false;
  const bool host = cookie.host_only ? url.host == cookie.domain
                                     : domain_matches(url.host, cookie.domain);
  return host && path_matches(url.path, cookie.path);
}

}  // namespace

std::optional<SetCookie> parse_set_cookie(std::string_view header, const http::Url& url,
                                          WallTime now) {
  if (has_control(header)) return std::nullopt;
  const auto parts = split(header, ';');
  const std::string_view pair = parts.front();
  const auto equals = pair.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  SetCookie cookie;
  cookie.name = trim_ascii(pair.substr(0, equals));
  cookie.value = trim_ascii(pair.substr(equals + 1));
  cookie.domain = url.host;
  cookie.path = default_path(url.path);
  if (cookie.name.empty() || cookie.name.size() + cookie.value.size() > CookieJar::kCookieBytesMax)
    return std::nullopt;
  Attributes attributes;
  for (std::size_t i = 1; i < parts.size(); ++i) take_attribute(cookie, attributes, parts[i]);
  if (attributes.max_age) set_max_age(cookie, *attributes.max_age, now);
  if (!set_domain(cookie, attributes.domain, url)) return std::nullopt;
  if (cookie.secure && url.scheme != "https") return std::nullopt;
  if (!prefix_holds(cookie)) return std::nullopt;
  return cookie;
}

void CookieJar::store(SetCookie cookie, WallTime now) {
  const auto same = std::find_if(cookies_.begin(), cookies_.end(), [&](const SetCookie& kept) {
    return kept.name == cookie.name && kept.domain == cookie.domain && kept.path == cookie.path;
  });
  const bool expired = cookie.expires && *cookie.expires <= now;
  if (same != cookies_.end()) {
    if (expired)
      cookies_.erase(same);
    else
      *same = std::move(cookie);
    return;
  }
  if (expired) return;
  if (cookies_.size() >= kCookiesMax) cookies_.erase(cookies_.begin());
  cookies_.push_back(std::move(cookie));
}

std::string CookieJar::header_for(const http::Url& url, WallTime now) const {
  std::vector<const SetCookie*> chosen;
  for (const SetCookie& cookie : cookies_)
    if (applies(cookie, url, now)) chosen.push_back(&cookie);
  std::stable_sort(chosen.begin(), chosen.end(), [](const SetCookie* a, const SetCookie* b) {
    return a->path.size() > b->path.size();
  });
  std::string header;
  for (const SetCookie* cookie : chosen)
    header += (header.empty() ? "" : "; ") + cookie->name + "=" + cookie->value;
  return header;
}

}  // namespace picket::agent
