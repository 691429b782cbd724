#include "agent/probe/edge_facts.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::agent;

namespace {

struct Row {
  http::Headers headers;
  const char* provider;
  const char* pop;
  const char* cache;
  std::optional<std::int64_t> age_s{};
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    std::string shown;
    for (const auto& [name, value] : row.headers) shown += name + ": " + value + "\n";
    INFO(shown);
    const EdgeFacts facts = edge_facts(row.headers);
    CHECK(facts.provider == row.provider);
    CHECK(facts.pop == row.pop);
    CHECK(facts.cache_status == row.cache);
    CHECK(facts.age_s == row.age_s);
  }
}

}  // namespace

TEST_CASE("the edge and its cache are read from headers of Fastly", "[edge]") {
  check({
      {{{"via", "1.1 varnish, 1.1 varnish"},
        {"age", "1541"},
        {"x-served-by", "cache-iad-kiad7000123-IAD, cache-fra-eddf8230123-FRA"},
        {"x-cache", "MISS, HIT"},
        {"x-cache-hits", "0, 7"},
        {"x-timer", "S1700000000.123456,VS0,VE1"}},
       "fastly",
       "FRA",
       "HIT",
       1541},
      {{{"X-Served-By", "dev-macbre, varnish-s1-SJC, cache-fra1229-FRA"},
        {"X-Cache", "ORIGIN, MISS, MISS"},
        {"X-Cache-Hits", "ORIGIN, 0, 0"}},
       "fastly",
       "FRA",
       "MISS"},
      {{{"x-served-by", "cache-hhn-etou8220092-HHN"}, {"x-cache", "PASS"}, {"via", "1.1 varnish"}},
       "fastly",
       "HHN",
       "BYPASS"},
      {{{"x-served-by", "cache-lcy-eglc8600027-LCY"},
        {"x-cache", "HIT-STALE"},
        {"x-timer", "S1700000000.1,VS0,VE0"}},
       "fastly",
       "LCY",
       "STALE"},
      {{{"x-fastly-request-id", "c4a1d3"}, {"x-served-by", "cache-syd10133-SYD"}},
       "fastly",
       "SYD",
       ""},
      {{{"x-served-by", "cache-1"}}, "", "", ""},  // anyone may name a cache so
  });
}

TEST_CASE("the edge and its cache are read from headers of Cloudflare", "[edge]") {
  check({
      {{{"server", "cloudflare"},
        {"cf-ray", "8f1d2c3b4a5e6f70-AMS"},
        {"cf-cache-status", "DYNAMIC"}},
       "cloudflare",
       "AMS",
       "DYNAMIC"},
      {{{"CF-RAY", "7d5e8a9f0b1c2d3e-SIN"}, {"CF-Cache-Status", "REVALIDATED"}, {"Age", "0"}},
       "cloudflare",
       "SIN",
       "REVALIDATED",
       0},
      {{{"cf-ray", "8f1d2c3b4a5e6f70-CDG"}, {"cf-cache-status", "UPDATING"}, {"age", "3605"}},
       "cloudflare",
       "CDG",
       "UPDATING",
       3605},
      {{{"cf-ray", "8f1d2c3b4a5e6f70-EWR"}, {"cf-cache-status", "NONE"}}, "cloudflare", "EWR", ""},
      {{{"cf-ray", "8f1d2c3b4a5e6f70"}}, "cloudflare", "", ""},
      {{{"server", "cloudflare"},
        {"server-timing", "cfL4;desc=\"?proto=TCP\", cfCacheStatus;desc=\"HIT\", cfEdge;dur=5"}},
       "cloudflare",
       "",
       "HIT"},
      // A site behind Cloudflare that is served by Fastly to Cloudflare.
      {{{"cf-ray", "8f1d2c3b4a5e6f70-LHR"},
        {"cf-cache-status", "EXPIRED"},
        {"x-served-by", "cache-fra-eddf8230123-FRA"},
        {"x-cache", "HIT"}},
       "cloudflare",
       "LHR",
       "EXPIRED"},
  });
}

TEST_CASE("the edge and its cache are read from headers of CloudFront", "[edge]") {
  const std::string via = "1.1 2f5b7e5f1b7e3c6d8a9b0c1d2e3f4a5b.cloudfront.net (CloudFront)";
  check({
      {{{"x-amz-cf-pop", "FRA56-P4"}, {"x-cache", "Hit from cloudfront"}, {"age", "90"}},
       "cloudfront",
       "FRA56-P4",
       "HIT",
       90},
      {{{"via", via}, {"x-amz-cf-pop", "FRA56-P4"}, {"x-cache", "Miss from cloudfront"}},
       "cloudfront",
       "FRA56-P4",
       "MISS"},
      {{{"X-Cache", "RefreshHit from cloudfront"}, {"X-Amz-Cf-Pop", "IAD89-C1"}},
       "cloudfront",
       "IAD89-C1",
       "REVALIDATED"},
      {{{"x-cache", "Error from cloudfront"}, {"x-amz-cf-id", "q=="}}, "cloudfront", "", "ERROR"},
      {{{"x-cache", "LambdaGeneratedResponse from cloudfront"}, {"via", via}},
       "cloudfront",
       "",
       "GENERATED"},
      {{{"x-cache", "FunctionGeneratedResponse from cloudfront"}}, "cloudfront", "", "GENERATED"},
      {{{"x-cache", "Redirect from cloudfront"}}, "cloudfront", "", "GENERATED"},
      {{{"x-cache", "OriginShieldHit from cloudfront"}}, "cloudfront", "", "HIT"},
  });
}

TEST_CASE("the edge and its cache are read from headers of Akamai", "[edge]") {
  const std::string host = " from a23-67-252-148.deploy.akamaitechnologies.com";
  check({
      {{{"x-cache", "TCP_HIT" + host + " (AkamaiGHost/11.3.2-50643022) (-)"},
        {"x-check-cacheable", "YES"}},
       "akamai",
       "",
       "HIT"},
      {{{"X-Cache", "TCP_MEM_HIT from a118-214-191-15 (AkamaiGHost/6.7.0.2-9183648)"}},
       "akamai",
       "",
       "HIT"},
      {{{"x-cache", "TCP_REFRESH_MISS" + host}}, "akamai", "", "EXPIRED"},
      {{{"x-cache", "TCP_REFRESH_HIT" + host}}, "akamai", "", "REVALIDATED"},
      {{{"x-cache", "TCP_REFRESH_FAIL_HIT" + host}}, "akamai", "", "STALE"},
      {{{"x-cache", "TCP_MISS" + host}, {"x-cache-remote", "TCP_HIT" + host}},
       "akamai",
       "",
       "MISS"},
      {{{"akamai-grn", "0.94fc4317.1700000000.2f3a4b5c"},
        {"server-timing", "cdn-cache; desc=HIT, edge; dur=1"}},
       "akamai",
       "",
       "HIT"},
      {{{"server-timing", "cdn-cache; desc=REVALIDATE, origin; dur=23,ak_p; desc=\"170_38_1\""}},
       "akamai",
       "",
       "REVALIDATED"},
      {{{"server-timing", "cdn-cache; desc=MISS"}, {"server-timing", "edge; dur=30"}},
       "akamai",
       "",
       "MISS"},
      {{{"server", "AkamaiGHost"}}, "akamai", "", ""},
  });
}

TEST_CASE("the edge and its cache are read from headers of Azure Front Door", "[edge]") {
  check({
      {{{"x-azure-ref",
         "0zxV+XAAAAABKMMOjBv2NT4TY6SQVjC0zV1NURURHRTA2MTkANDM3YzgyY2QtMzYwYS00YTU0"
         "LTk0YzMtNWZmNzA3NjQ3Nzgz"},
        {"x-cache", "TCP_HIT"}},
       "azure",
       "WST",
       "HIT"},
      {{{"X-Azure-Ref", "20231120T103023Z-157d6d6b8b8m7l5v9k3q"}, {"X-Cache", "TCP_REMOTE_HIT"}},
       "azure",
       "",
       "HIT"},
      {{{"x-azure-ref", "0"}, {"x-cache", "CONFIG_NOCACHE"}}, "azure", "", "BYPASS"},
      {{{"x-azure-ref", "0abc"}, {"x-cache", "PRIVATE_NOSTORE"}}, "azure", "", "BYPASS"},
      {{{"x-azure-ref", "0!!!!"}, {"x-cache", "TCP_MISS"}}, "azure", "", "MISS"},
      {{{"x-fd-int-roxy-purgeid", "0"}, {"x-cache", "N/A"}}, "azure", "", ""},
  });
}

TEST_CASE("the edge and its cache are read from headers of Google and others", "[edge]") {
  check({
      {{{"via", "1.1 google"}, {"age", "42"}, {"x-goog-hash", "crc32c=n03x6A=="}},
       "google",
       "",
       "HIT",
       42},
      {{{"via", "1.1 google"}}, "google", "", ""},
      {{{"via", "1.1 google"}, {"cdn-cache-status", "miss"}, {"cdn-cache-id", "FRA-0a1b2c3d"}},
       "google",
       "FRA",
       "MISS"},
      {{{"via", "1.1 google"}, {"cdn-cache-status", "uncacheable"}}, "google", "", "DYNAMIC"},
      {{{"x-vercel-id", "fra1::iad1::8xk2p-1700000000000-1a2b3c"}, {"x-vercel-cache", "STALE"}},
       "vercel",
       "FRA1",
       "STALE"},
      {{{"x-nf-request-id", "01H"}, {"cache-status", "\"Netlify Edge\"; fwd=miss"}},
       "netlify",
       "",
       "MISS"},
      {{{"server", "BunnyCDN-DE1-755"}, {"cdn-cache", "HIT"}}, "bunny", "", "HIT"},
      {{{"via", "1.1 varnish (Varnish/7.1)"}, {"x-varnish", "32770"}, {"age", "7"}},
       "varnish",
       "",
       "",
       7},
  });
}

TEST_CASE("the edge and its cache are read from headers that anybody may send", "[edge]") {
  check({
      {{}, "", "", ""},
      {{{"X-POP", "fra"}}, "", "FRA", ""},
      {{{"x-cache-status", "EXPIRED"}}, "", "", "EXPIRED"},
      {{{"X-Cache", "HIT from proxy1.example"}}, "", "", "HIT"},
      {{{"x-cache", "MISS"}, {"x-cache", "HIT"}}, "", "", "HIT"},
      {{{"x-served-by", "web1"}}, "", "", ""},
      {{{"x-pop", "<script>"}}, "", "", ""},
      {{{"x-pop", std::string(5000, 'a')}}, "", "", ""},
      {{{"x-cache", "\x1b[2J"}}, "", "", ""},
      {{{"age", "-1"}}, "", "", ""},
      {{{"age", "12, 13"}}, "", "", "", 12},
      {{{"age", "soon"}}, "", "", ""},
  });
}

TEST_CASE("of Cache-Status the cache nearest to us counts", "[edge]") {
  struct Status {
    const char* field;
    const char* cache;
    std::optional<std::int64_t> ttl_s{};
    const char* forwarded{""};
    bool collapsed{false};
  };
  const std::vector<Status> rows{
      // most of them RFC 9211's own examples
      {"ExampleCache; hit", "HIT"},
      {"ExampleCache; hit; ttl=376", "HIT", 376},
      {"ExampleCache; hit; ttl=-412", "STALE", -412},
      {"ExampleCache; fwd=uri-miss; collapsed", "MISS", {}, "uri-miss", true},
      {"ExampleCache; fwd=uri-miss; collapsed=?0; stored", "MISS", {}, "uri-miss"},
      {"ExampleCache; fwd=stale; fwd-status=304", "REVALIDATED", {}, "stale"},
      {"ExampleCache; fwd=stale; fwd-status=200", "EXPIRED", {}, "stale"},
      {"ExampleCache; fwd=bypass; detail=\"rule, 7\"", "BYPASS", {}, "bypass"},
      {"OriginCache; hit; ttl=1100, \"CDN Company Here\"; fwd=uri-miss;", ""},
      {"OriginCache; hit; ttl=1100, \"CDN Company Here\"; fwd=uri-miss", "MISS", {}, "uri-miss"},
      {"OriginCache; fwd=miss, \"CDN, edge\"; hit; ttl=545", "HIT", 545},
      {"HIT", "HIT"},
      {"ExampleCache; hit=\"yes\"", ""},
      {"not a list", ""},
  };
  for (const Status& row : rows) {
    INFO(row.field);
    const EdgeFacts facts = edge_facts({{"Cache-Status", row.field}});
    CHECK(facts.cache_status == row.cache);
    CHECK(facts.ttl_s == row.ttl_s);
    CHECK(facts.forwarded == row.forwarded);
    CHECK(facts.collapsed == row.collapsed);
  }
}

TEST_CASE("whether it came from the cache is told only where the word tells it", "[edge]") {
  for (const char* word : {"HIT", "STALE", "UPDATING", "REVALIDATED"})
    CHECK(is_cache_hit(word) == true);
  for (const char* word : {"MISS", "EXPIRED", "BYPASS", "DYNAMIC"})
    CHECK(is_cache_hit(word) == false);
  for (const char* word : {"", "GENERATED", "ERROR", "EXAMPLECACHE"})
    CHECK_FALSE(is_cache_hit(word).has_value());
}
