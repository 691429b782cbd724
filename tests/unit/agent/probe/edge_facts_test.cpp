#include "agent/probe/edge_facts.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::agent;

TEST_CASE("the edge and its cache are read from the headers CDNs send", "[edge]") {
  struct Row {
    http::Headers headers;
    const char* pop;
    const char* cache;
  };
  const std::vector<Row> rows{
      {{}, "", ""},
      {{{"X-POP", "fra"}}, "FRA", ""},
      {{{"x-amz-cf-pop", "FRA56-P4"}, {"x-cache", "Hit from cloudfront"}}, "FRA56-P4", "HIT"},
      {{{"x-amz-cf-pop", "FRA56-P4"}, {"x-cache", "Miss from cloudfront"}}, "FRA56-P4", "MISS"},
      {{{"cf-ray", "8f1d2c3b4a5e6f70-AMS"}, {"cf-cache-status", "DYNAMIC"}}, "AMS", "DYNAMIC"},
      {{{"cf-ray", "8f1d2c3b4a5e6f70"}}, "", ""},
      {{{"x-served-by", "cache-iad-kiad7000123-IAD, cache-fra-eddf8230123-FRA"},
        {"x-cache", "MISS, HIT"}}, "FRA", "HIT"},
      {{{"x-cache-status", "EXPIRED"}}, "", "EXPIRED"},
      {{{"x-served-by", "web1"}}, "", ""},
      {{{"x-pop", "<script>"}}, "", ""},
      {{{"x-pop", std::string(5000, 'a')}}, "", ""},
      {{{"x-cache", "\x1b[2J"}}, "", ""},
  };
  for (const Row& row : rows) {
    INFO((row.headers.empty() ? "" : row.headers.front().second));
    const EdgeFacts facts = edge_facts(row.headers);
    CHECK(facts.pop == row.pop);
    CHECK(facts.cache_status == row.cache);
  }
}
