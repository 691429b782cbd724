#include "controller/deliver/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "common/core/text.h"

namespace picket::controller {
namespace {

constexpr Millis kRetryAfterMax = Seconds{120};

SendClass class_of_status(int status) {
  switch (status) {
    case 400:
    case 413:
    case 422: return SendClass::rejected;
    case 408:
    case 425:
    case 429: return SendClass::transient;
    default: break;
  }
  if (status >= 300 && status < 400) return SendClass::misrouted;
  if (status >= 400 && status < 500) return SendClass::misconfigured;
  if (status >= 500 && status < 600) return SendClass::transient;
  return SendClass::suspect;
}

}  // namespace

std::optional<WallTime> parse_http_date(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return WallTime::from_unix_ms(std::int64_t{::timegm(&parts)} * 1000);
}

std::string answer_text(std::string_view text, std::string_view secret) {
  std::string line = clean_line(text.substr(0, 4096));
  for (auto at = secret.empty() ? std::string::npos : line.find(secret); at != std::string::npos;
       at = line.find(secret))
    line.replace(at, secret.size(), "***");
  return cut_utf8(trim_ascii(line), 200);
}

bool is_html(const http::Exchange& exchange) {
  const auto type = http::find_header(exchange.headers, "content-type");
  if (type && to_lower_ascii(*type).find("html") != std::string::npos) return true;
  return trim_ascii(exchange.body).substr(0, 1) == "<";
}

std::optional<Millis> retry_after_of(const http::Headers& headers) {
  const auto value = http::find_header(headers, "retry-after");
  if (!value) return std::nullopt;
  const std::string_view text = trim_ascii(*value);
  std::int64_t seconds = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (parsed.ec == std::errc::result_out_of_range) return kRetryAfterMax;
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) {
    const auto until = parse_http_date(std::string{text});
    const auto date = http::find_header(headers, "date");
    const auto now = date ? parse_http_date(*date) : std::nullopt;
    if (!until || !now) return std::nullopt;
    seconds = (*until - *now).count() / 1000;
  }
  return std::clamp(Millis{Seconds{std::clamp<std::int64_t>(seconds, 0, 3600)}}, Millis{0},
                    kRetryAfterMax);
}

std::optional<SendResult> classify_failure(const http::Exchange& exchange,
                                           std::string_view secret) {
  const bool success = exchange.status >= 200 && exchange.status < 300;
  SendResult result;
  if (exchange.status == 0) {
    result.kind = exchange.request_written ? SendClass::unknown : SendClass::not_sent;
    result.error = exchange.failure ? fmt::format("{}: {}", to_string(exchange.failure->kind),
                                                  answer_text(exchange.failure->message, secret))
                                    : "no response";
    return result;
  }
  if (success && !exchange.failure) return std::nullopt;
  // Part of an answer: its status holds, except that half of a success proves nothing.
  result.kind = success ? SendClass::unknown : class_of_status(exchange.status);
  result.retry_after = success ? std::nullopt : retry_after_of(exchange.headers);
  result.error = fmt::format("HTTP {}", exchange.status);
  if (const std::string text = answer_text(exchange.body, secret); !text.empty())
    result.error += ": " + text;
  return result;
}

}  // namespace picket::controller
