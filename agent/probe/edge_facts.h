// Which edge of a CDN answered and from which cache, as the response's headers say.
// Pure; header text is cut and cleaned, but not redacted.
#pragma once

#include <string>

#include "common/http/http_client.h"

namespace picket::agent {

struct EdgeFacts {
  std::string pop;           // "FRA", "FRA56-P4"; empty when no known header tells
  std::string cache_status;  // upper case: "HIT", "MISS", "EXPIRED"; empty when unknown
  bool operator==(const EdgeFacts&) const = default;
};

// Read in this order: x-pop, x-amz-cf-pop (CloudFront), cf-ray (Cloudflare: behind the dash),
// x-served-by (Fastly: the last cache's last part), and for the cache cf-cache-status,
// x-cache-status, x-cache (the last value, its first word: "Hit from cloudfront").
EdgeFacts edge_facts(const http::Headers& headers);

}  // namespace picket::agent
