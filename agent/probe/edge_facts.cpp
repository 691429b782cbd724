#include "agent/probe/edge_facts.h"

#include <algorithm>
#include <array>

#include "agent/probe/cache_control.h"
#include "agent/probe/cache_words.h"
#include "agent/probe/structured_list.h"
#include "common/core/hex.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

using Text = std::optional<std::string>;

bool contains(const Text& text, std::string_view part) {
  return text && to_lower_ascii(*text).find(part) != std::string::npos;
}

std::string_view last_member(std::string_view text) {
  const auto at = text.rfind(',');
  return trim_ascii(at == std::string_view::npos ? text : text.substr(at + 1));
}

std::string_view first_word(std::string_view text) {
  const std::string_view trimmed = trim_ascii(text);
  return trimmed.substr(0, trimmed.find(' '));
}

// `name;desc=VALUE` of a Server-Timing header; empty when it is not there.
std::string server_timing(const http::Headers& headers, std::string_view name) {
  const Text field = joined_header(headers, "server-timing");
  if (!field) return {};
  for (const std::string& metric : split(*field, ',')) {
    const auto parts = split(metric, ';');
    if (!iequals_ascii(trim_ascii(parts.front()), name)) continue;
    for (const std::string& part : parts) {
      std::string_view value = trim_ascii(part);
      if (!value.starts_with("desc=")) continue;
      value.remove_prefix(5);
      if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
      return std::string{value};
    }
  }
  return {};
}

bool has_prefix(const http::Headers& headers, std::string_view prefix) {
  return std::any_of(headers.begin(), headers.end(), [&](const auto& header) {
    return iequals_ascii(std::string_view{header.first}.substr(0, prefix.size()), prefix);
  });
}

// Fastly's names of caches: "cache-fra-eddf8230123-FRA", "cache-fra1229-FRA".
bool is_fastly(const http::Headers& headers) {
  if (has_prefix(headers, "x-fastly-") || has_prefix(headers, "fastly-")) return true;
  if (!contains(http::find_header(headers, "x-served-by"), "cache-")) return false;
  return http::find_header(headers, "x-timer") || http::find_header(headers, "x-cache-hits") ||
         contains(joined_header(headers, "via"), "varnish");
}

bool is_akamai(const http::Headers& headers) {
  const Text cache = http::find_header(headers, "x-cache");
  return has_prefix(headers, "akamai-") || has_prefix(headers, "x-akamai-") ||
         contains(http::find_header(headers, "server"), "akamai") || contains(cache, "akamai") ||
         http::find_header(headers, "x-check-cacheable") ||
         contains(joined_header(headers, "server-timing"), "ak_p;") ||
         !server_timing(headers, "cdn-cache").empty();
}

bool is_google(const http::Headers& headers) {
  const Text via = joined_header(headers, "via");
  if (contains(via, " google") || contains(http::find_header(headers, "server"), "google-edge"))
    return true;
  return has_prefix(headers, "x-goog-") || http::find_header(headers, "cdn-cache-status");
}

std::string provider_of(const http::Headers& headers) {
  const Text server = http::find_header(headers, "server");
  const Text via = joined_header(headers, "via");
  const auto has = [&](std::string_view name) { return http::find_header(headers, name); };
  if (has("cf-ray") || has("cf-cache-status") || contains(server, "cloudflare"))
    return "cloudflare";
  if (has_prefix(headers, "x-amz-cf-") || contains(via, "(cloudfront)") ||
      contains(has("x-cache"), "from cloudfront"))
    return "cloudfront";
  if (has("x-azure-ref") || has_prefix(headers, "x-fd-")) return "azure";
  if (is_fastly(headers)) return "fastly";
  if (is_akamai(headers)) return "akamai";
  if (has("x-vercel-id") || has("x-vercel-cache")) return "vercel";
  if (has("x-nf-request-id") || contains(server, "netlify")) return "netlify";
  if (contains(server, "bunnycdn")) return "bunny";
  if (is_google(headers)) return "google";
  if (contains(via, "varnish") || has("x-varnish")) return "varnish";
  return {};
}

// "0zxV+XAAAAABKMM..": an id in base64 that holds "WSTEDGE0619" or "FRA231050417051" as plain text.
std::string azure_pop(std::string_view reference) {
  if (reference.size() < 5 || reference.front() != '0') return {};
  std::string encoded{reference.substr(1)};
  while (encoded.size() % 4 != 0) encoded.pop_back();
  const auto bytes = from_base64(encoded);
  if (!bytes) return {};
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  for (std::size_t i = 0; i + 5 < bytes->size(); ++i) {
    const std::string_view at = std::string_view{*bytes}.substr(i);
    if (!upper(at[0]) || !upper(at[1]) || !upper(at[2])) continue;
    const std::string_view behind = at.substr(3);
    const bool digits =
        behind.size() >= 9 && std::all_of(behind.begin(), behind.begin() + 9,
                                          [](char c) { return c >= '0' && c <= '9'; });
    if (behind.starts_with("EDGE") || digits) return std::string{at.substr(0, 3)};
  }
  return {};
}

std::string behind_last(std::string_view text, char separator) {
  const auto at = text.rfind(separator);
  return at == std::string_view::npos ? std::string{} : fact_label(text.substr(at + 1));
}

std::string pop_of(const http::Headers& headers, std::string_view provider) {
  const auto value = [&](std::string_view name) {
    return http::find_header(headers, name).value_or("");
  };
  if (const Text pop = http::find_header(headers, "x-pop")) return fact_label(*pop);
  if (provider == "cloudfront") return fact_label(value("x-amz-cf-pop"));
  if (provider == "cloudflare") return behind_last(value("cf-ray"), '-');
  if (provider == "azure") return azure_pop(value("x-azure-ref"));
  if (provider == "vercel") {
    const std::string id = value("x-vercel-id");  // "fra1::iad1::8xk2p-..": the first is nearest
    return fact_label(std::string_view{id}.substr(0, id.find("::")));
  }
  if (provider == "google") {
    const std::string id = value("cdn-cache-id");  // "FRA-0a1b2c3d"
    return fact_label(std::string_view{id}.substr(0, id.find('-')));
  }
  // Also of others who run Fastly's kind of caches: the last part of the last name.
  const Text served = joined_header(headers, "x-served-by");
  const std::string pop = served ? behind_last(last_member(*served), '-') : std::string{};
  const bool code = pop.size() == 3 && std::all_of(pop.begin(), pop.end(),
                                                   [](char c) { return c >= 'A' && c <= 'Z'; });
  return code ? pop : std::string{};
}

// The word for the cache nearest to us, as its header writes it.
std::string raw_status(const http::Headers& headers, std::string_view provider) {
  if (provider == "cloudflare") {
    if (const Text status = http::find_header(headers, "cf-cache-status")) return *status;
    return server_timing(headers, "cfCacheStatus");
  }
  if (provider == "akamai") {
    const Text cache = http::find_header(headers, "x-cache");
    return cache ? std::string{first_word(*cache)} : server_timing(headers, "cdn-cache");
  }
  for (const char* name : {"cdn-cache-status", "x-cache-status", "x-vercel-cache", "x-cache",
                           "cdn-cache", "x-proxy-cache", "x-litespeed-cache"}) {
    const Text value = joined_header(headers, name);
    if (value) return std::string{first_word(last_member(*value))};
  }
  return {};
}

// RFC 9211. Only what its parameters say; a member without any may be a bare word ("HIT").
std::string standard_status(const ListMember& member, EdgeFacts& facts) {
  if (const BareItem* ttl = member.find("ttl"))
    if (const auto* seconds = std::get_if<std::int64_t>(ttl)) facts.ttl_s = *seconds;
  if (const BareItem* collapsed = member.find("collapsed"))
    facts.collapsed = *collapsed == BareItem{true};
  const BareItem* hit = member.find("hit");
  const BareItem* forward = member.find("fwd");
  if (forward != nullptr) facts.forwarded = to_lower_ascii(fact_label(text_of(*forward)));
  const bool is_hit = hit != nullptr && *hit == BareItem{true};
  if (is_hit) return facts.ttl_s && *facts.ttl_s < 0 ? "STALE" : "HIT";
  if (forward == nullptr) {
    std::string word = normal_cache_word(text_of(member.item));
    return is_cache_hit(word) ? word : std::string{};
  }
  const BareItem* status = member.find("fwd-status");
  const bool unchanged = status != nullptr && *status == BareItem{std::int64_t{304}};
  if (facts.forwarded == "stale") return unchanged ? "REVALIDATED" : "EXPIRED";
  if (facts.forwarded == "bypass" || facts.forwarded == "method" || facts.forwarded == "request")
    return "BYPASS";
  return "MISS";
}

std::string status_of(const http::Headers& headers, EdgeFacts& facts) {
  const Text field = joined_header(headers, "cache-status");
  const auto list = field ? parse_list(*field) : std::nullopt;
  std::string standard;
  if (list && !list->empty()) standard = standard_status(list->back(), facts);
  const std::string own = normal_cache_word(raw_status(headers, facts.provider));
  if (!own.empty()) return own;
  if (!standard.empty()) return standard;
  // Google says that it served from its cache by the presence of Age.
  if (facts.provider == "google" && facts.age_s) return "HIT";
  return {};
}

}  // namespace

EdgeFacts edge_facts(const http::Headers& headers, std::string_view provider) {
  EdgeFacts facts;
  facts.provider = provider.empty() ? provider_of(headers) : std::string{provider};
  facts.pop = pop_of(headers, facts.provider);
  if (const Text age = http::find_header(headers, "age"))
    facts.age_s = parse_delta_seconds(trim_ascii(std::string_view{*age}.substr(0, age->find(','))));
  facts.cache_status = status_of(headers, facts);
  return facts;
}

}  // namespace picket::agent
