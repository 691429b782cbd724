#include "agent/probe/cache_control.h"

#include <algorithm>

#include "common/core/text.h"

namespace picket::agent {
namespace {

constexpr std::int64_t kSecondsMax = std::int64_t{1} << 31;
constexpr std::size_t kNameBytesMax = 40;

// Up to the next comma outside quotes; what was taken is cut off.
std::string_view take_directive(std::string_view& rest) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < rest.size(); ++end) {
    if (rest[end] == '\\' && quoted)
      ++end;
    else if (rest[end] == '"')
      quoted = !quoted;
    else if (rest[end] == ',' && !quoted)
      break;
  }
  end = std::min(end, rest.size());
  const std::string_view directive = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), end + 1));
  return trim_ascii(directive);
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    return text.substr(1, text.size() - 2);
  return text;
}

void take_argument(CacheControl& control, std::string_view name, std::string_view argument) {
  const auto seconds = parse_delta_seconds(unquoted(trim_ascii(argument)));
  if (!seconds) return;
  if (name == "max-age") control.max_age_s = *seconds;
  if (name == "s-maxage") control.s_maxage_s = *seconds;
  if (name == "stale-while-revalidate") control.stale_while_revalidate_s = *seconds;
  if (name == "stale-if-error") control.stale_if_error_s = *seconds;
}

}  // namespace

std::optional<std::int64_t> parse_delta_seconds(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    seconds = std::min(kSecondsMax, seconds * 10 + (c - '0'));
  }
  return seconds;
}

std::optional<std::string> joined_header(const http::Headers& headers, std::string_view name) {
  std::optional<std::string> out;
  for (const auto& [key, value] : headers) {
    if (!iequals_ascii(key, name)) continue;
    if (out)
      *out += ", " + value;
    else
      out = value;
  }
  return out;
}

CacheControl parse_cache_control(const http::Headers& headers) {
  CacheControl control;
  const auto field = joined_header(headers, "cache-control");
  std::string_view rest = field ? std::string_view{*field} : std::string_view{};
  while (!rest.empty() && control.directives.size() < kDirectivesMax) {
    const std::string_view directive = take_directive(rest);
    const auto equals = directive.find('=');
    const std::string_view written = trim_ascii(directive.substr(0, equals));
    if (!is_name(written)) continue;
    std::string name = to_lower_ascii(written);
    const auto& known = control.directives;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (equals != std::string_view::npos)
      take_argument(control, name, directive.substr(equals + 1));
    control.directives.push_back(std::move(name));
  }
  return control;
}

}  // namespace picket::agent
