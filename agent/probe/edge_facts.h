// Which edge of which CDN answered and from which cache, as the response's headers say: Fastly,
// Cloudflare, CloudFront, Akamai, Azure Front Door, Google Cloud CDN, and whoever sends
// Cache-Status (RFC 9211), X-Cache, Via and Age. Pure; header text is cut and cleaned, but not
// redacted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/http/http_client.h"

namespace picket::agent {

struct EdgeFacts {
  std::string provider;      // "fastly", "cloudflare", "cloudfront", "akamai", "azure", "google",
                             // "vercel", "netlify", "bunny", "varnish"; empty when nothing tells
  std::string pop;           // "FRA", "FRA56-P4"; empty when no known header tells
  std::string cache_status;  // one of the words below, else the header's own, upper case; or empty
  std::optional<std::int64_t> age_s;  // Age
  std::optional<std::int64_t> ttl_s;  // how long it stays fresh (RFC 9211), negative: stale
  std::string forwarded;              // why the edge asked further (RFC 9211: "uri-miss", "stale")
  bool collapsed{false};              // RFC 9211: it waited for another request's answer
  bool operator==(const EdgeFacts&) const = default;
};

// The normalised words of cache_status:
//   HIT          fresh, from the cache
//   STALE        from the cache, though stale;  UPDATING: and a new one is being fetched
//   REVALIDATED  from the cache, after the origin said that it holds
//   MISS         not in the cache;  EXPIRED: was, too old, fetched again
//   BYPASS       the cache was not asked (a rule, a cookie, `private`, `no-store`)
//   DYNAMIC      not eligible for the cache
//   GENERATED    made at the edge (a function, a redirect);  ERROR: an error of the edge's own
// RFC 9211's Cache-Status lists caches from the origin to us: the last member counts. So does the
// last of Fastly's lists.
// `provider` says whose headers they are; empty: as they show.
EdgeFacts edge_facts(const http::Headers& headers, std::string_view provider = {});

// True when it came from the cache: HIT, STALE, UPDATING, REVALIDATED. Nothing when the word does
// not tell (GENERATED, ERROR, unknown ones, none).
std::optional<bool> is_cache_hit(std::string_view cache_status);

}  // namespace picket::agent
