#include "common/http/url.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "common/core/text.h"

namespace picket::http {
namespace {

constexpr std::size_t kUrlBytesMax = 16 * 1024;

using Handle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string get(CURLU* handle, CURLUPart part, unsigned flags = 0) {
  char* raw = nullptr;
  if (curl_url_get(handle, part, &raw, flags) != CURLUE_OK || raw == nullptr) return {};
  std::string value = raw;
  curl_free(raw);
  return value;
}

int default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

// Credentials have no business in a message, whatever else is wrong with the text. Not cut short:
// who redacts it must see secrets whole.
std::string shown(std::string_view text) {
  const auto slashes = text.find("//");
  if (slashes != std::string_view::npos) {
    const auto end = std::min(text.find_first_of("/?#", slashes + 2), text.size());
    const auto at = text.substr(0, end).rfind('@');
    if (at != std::string_view::npos && at > slashes)
      return clean_line(cut_utf8(std::string{text.substr(0, slashes + 2)} +
                                     std::string{text.substr(at + 1)},
                                 kUrlBytesMax));
  }
  return clean_line(cut_utf8(text, kUrlBytesMax));
}

tl::unexpected<Error> wrong(std::string_view text, std::string_view why) {
  return fail(ErrorCode::invalid_argument, fmt::format("`{}` {}", shown(text), why),
              "write an absolute URL: https://host/path");
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

Result<Url> read(CURLU* handle, std::string_view text) {
  Url url;
  url.scheme = to_lower_ascii(get(handle, CURLUPART_SCHEME));
  if (url.scheme != "http" && url.scheme != "https")
    return wrong(text, fmt::format("has the scheme `{}`: only http and https are requested",
                                   cut_utf8(url.scheme, 20)));
  url.host = to_lower_ascii(get(handle, CURLUPART_HOST));
  if (url.host.empty()) return wrong(text, "has no host");
  if (url.host.front() == '[') url.host = url.host.substr(1, url.host.size() - 2);
  url.port = default_port(url.scheme);
  const std::string port = get(handle, CURLUPART_PORT);
  if (!port.empty()) std::from_chars(port.data(), port.data() + port.size(), url.port);
  url.path = get(handle, CURLUPART_PATH);
  url.query = get(handle, CURLUPART_QUERY);
  url.user = get(handle, CURLUPART_USER, CURLU_URLDECODE);
  url.password = get(handle, CURLUPART_PASSWORD, CURLU_URLDECODE);
  for (const auto part : {CURLUPART_FRAGMENT, CURLUPART_USER, CURLUPART_PASSWORD})
    curl_url_set(handle, part, nullptr, 0);
  url.text = get(handle, CURLUPART_URL);
  if (url.text.empty()) return wrong(text, "is not a URL");
  return url;
}

bool too_long(std::string_view text) { return text.size() > kUrlBytesMax; }

}  // namespace

Result<Url> parse_url(std::string_view text) {
  if (too_long(text)) return wrong(text, "is longer than 16 KiB");
  if (has_control(text)) return wrong(text, "holds control characters");
  const Handle handle{curl_url(), &curl_url_cleanup};
  const std::string copy{text};
  const CURLUcode code =
      curl_url_set(handle.get(), CURLUPART_URL, copy.c_str(), CURLU_NON_SUPPORT_SCHEME);
  if (code != CURLUE_OK)
    return wrong(text, fmt::format("is not a URL ({})", curl_url_strerror(code)));
  return read(handle.get(), text);
}

Result<Url> resolve(const Url& base, std::string_view location) {
  if (too_long(location)) return wrong(location, "is longer than 16 KiB");
  if (has_control(location)) return wrong(location, "holds control characters");
  const Handle handle{curl_url(), &curl_url_cleanup};
  const std::string copy{location};
  const unsigned flags = CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE;
  CURLUcode code = curl_url_set(handle.get(), CURLUPART_URL, base.text.c_str(), 0);
  if (code == CURLUE_OK) code = curl_url_set(handle.get(), CURLUPART_URL, copy.c_str(), flags);
  if (code != CURLUE_OK)
    return wrong(location, fmt::format("is not a URL ({})", curl_url_strerror(code)));
  return read(handle.get(), location);
}

std::string authority(const Url& url) {
  const bool v6 = url.host.find(':') != std::string::npos;
  std::string text = v6 ? "[" + url.host + "]" : url.host;
  if (url.port != default_port(url.scheme)) text += fmt::format(":{}", url.port);
  return text;
}

std::string origin(const Url& url) { return url.scheme + "://" + authority(url); }

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace picket::http
