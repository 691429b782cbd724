// Cache-Control of a response (RFC 9111, 5.2), read as caches do: names in either case, arguments
// with or without quotes, what cannot be read left out. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/http/http_client.h"

namespace picket::agent {

struct CacheControl {
  std::vector<std::string> directives;  // names, lower case, in order, once each
  std::optional<std::int64_t> max_age_s;
  std::optional<std::int64_t> s_maxage_s;
  std::optional<std::int64_t> stale_while_revalidate_s;
  std::optional<std::int64_t> stale_if_error_s;
  bool operator==(const CacheControl&) const = default;
};

constexpr std::size_t kDirectivesMax = 32;

// All Cache-Control headers together; of one directive the first counts. Seconds beyond 2^31 are
// 2^31, as the RFC says.
CacheControl parse_cache_control(const http::Headers& headers);

// Delta seconds: digits only; nothing else is a number of seconds.
std::optional<std::int64_t> parse_delta_seconds(std::string_view text);

// All values of a header in order, joined by ", " (RFC 9110, 5.3); nothing when it is absent.
std::optional<std::string> joined_header(const http::Headers& headers, std::string_view name);

}  // namespace picket::agent
