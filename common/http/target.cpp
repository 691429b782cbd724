#include "common/http/target.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "common/core/text.h"
#include "common/http/hosts_file.h"

namespace picket::http {
namespace {

constexpr std::size_t kShown = 120;
constexpr std::size_t kUrlMax = 64 * 1024;

Failure invalid(std::string message) {
  return {FailureKind::invalid_request, std::move(message), {}};
}

std::string shown(std::string_view text) { return "`" + cut_utf8(clean_line(text), kShown) + "`"; }

bool is_token(std::string_view text) {  // RFC 9110, 5.6.2
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

struct UrlParts {
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> handle{curl_url(), &curl_url_cleanup};

  std::string get(CURLUPart part, unsigned flags = 0) const {
    char* text = nullptr;
    const CURLUcode code = curl_url_get(handle.get(), part, &text, flags);
    // Set also when the conversion to punycode fails.
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
    return code == CURLUE_OK ? std::string(text) : std::string{};
  }
};

tl::expected<Target, Failure> parse(const std::string& url, const char* schemes) {
  const bool has_nul = url.find('\0') != std::string::npos;
  if (url.size() > kUrlMax || has_nul) return tl::unexpected(invalid("the URL is no URL"));
  const UrlParts parts;
  const CURLUcode code =
      curl_url_set(parts.handle.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME);
  if (code != CURLUE_OK)
    return tl::unexpected(invalid("URL " + shown(url) + ": " + curl_url_strerror(code)));
  Target target;
  const std::string scheme = parts.get(CURLUPART_SCHEME);
  if ((" " + std::string(schemes) + " ").find(" " + scheme + " ") == std::string::npos)
    return tl::unexpected(invalid("URL " + shown(url) + ": the scheme is none of " + schemes));
  target.tls = scheme == "https";
  target.host = to_lower_ascii(parts.get(CURLUPART_HOST, CURLU_PUNYCODE));
  if (target.host.size() > 2 && target.host.front() == '[')
    target.host = target.host.substr(1, target.host.size() - 2);
  if (target.host.empty())
    return tl::unexpected(invalid("URL " + shown(url) + ": write its host in ASCII (punycode)"));
  target.is_literal = is_ip_literal(target.host);
  const std::string port = parts.get(CURLUPART_PORT, CURLU_DEFAULT_PORT);
  std::from_chars(port.data(), port.data() + port.size(), target.port);
  if (scheme == "socks5h" && target.port == 0) target.port = 1080;
  const std::string written = parts.get(CURLUPART_PORT);
  target.authority = parts.get(CURLUPART_HOST, CURLU_PUNYCODE);
  if (!written.empty()) target.authority += ":" + written;
  return target;
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && !is_ip_literal(std::string(text)) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '-' || c == '.' || c == '_';
         });
}

// Where the connection goes when that is not what the URL says.
std::optional<Failure> check_route(const Request& request) {
  const std::string& name = request.tls.server_name;
  if (!request.address.empty() && !is_ip_literal(request.address))
    return invalid("address " + shown(request.address) + " is no IP address");
  if (!name.empty() && !is_host_name(name))
    return invalid("server_name " + shown(name) + " is no host name");
  if (!request.proxy.empty() && (!request.address.empty() || !name.empty()))
    return invalid("through a proxy neither an address nor a server_name can be chosen");
  return std::nullopt;
}

}  // namespace

std::string with_host(const std::string& url, const std::string& host) {
  const UrlParts parts;
  curl_url_set(parts.handle.get(), CURLUPART_URL, url.c_str(), 0);
  curl_url_set(parts.handle.get(), CURLUPART_HOST, host.c_str(), 0);
  return parts.get(CURLUPART_URL);
}

tl::expected<Target, Failure> parse_target(const std::string& url) {
  return parse(url, "http https");
}

tl::expected<Target, Failure> parse_proxy(const std::string& url) {
  return parse(url, "http https socks5h");
}

std::optional<Failure> check_request(const Request& request) {
  if (!is_token(request.method) || request.method == "CONNECT")
    return invalid("method " + shown(request.method) + " cannot be sent");
  if (request.method == "HEAD" && !request.body.empty())
    return invalid("a HEAD request cannot have a body");
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name)) return invalid("header name " + shown(name) + " is not valid");
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      return invalid("the value of header " + shown(name) + " has a line break or NUL");
  }
  if (request.timeout <= Nanos{0} || request.connect_timeout <= Nanos{0})
    return invalid("a timeout must be more than zero");
  return check_route(request);
}

}  // namespace picket::http
