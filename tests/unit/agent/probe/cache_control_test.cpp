#include "agent/probe/cache_control.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::agent;
using Names = std::vector<std::string>;

namespace {

CacheControl of(const std::string& value) {
  return parse_cache_control({{"Cache-Control", value}});
}

}  // namespace

TEST_CASE("directives are read in either case, quoted or not, over several headers", "[cache]") {
  const CacheControl control = parse_cache_control(
      {{"cache-control", "Public, MAX-AGE=31536000 , immutable"},
       {"vary", "accept-encoding"},
       {"Cache-Control", "s-maxage=\"600\", stale-while-revalidate = 60,stale-if-error=86400"}});
  CHECK(control.directives == Names{"public", "max-age", "immutable", "s-maxage",
                                    "stale-while-revalidate", "stale-if-error"});
  CHECK(control.max_age_s == 31'536'000);
  CHECK(control.s_maxage_s == 600);
  CHECK(control.stale_while_revalidate_s == 60);
  CHECK(control.stale_if_error_s == 86'400);
}

TEST_CASE("a comma inside quotes ends no directive", "[cache]") {
  const CacheControl control = of("private=\"set-cookie, x-\\\"user\", no-cache");
  CHECK(control.directives == Names{"private", "no-cache"});
}

TEST_CASE("what cannot be read of cache-control is left out", "[cache]") {
  CHECK(parse_cache_control({}).directives.empty());
  CHECK(of("").directives.empty());
  CHECK(of(", ,,=,<script>,\x1b[2J").directives.empty());
  CHECK(of("max-age=ten, no-store").directives == Names{"max-age", "no-store"});
  CHECK_FALSE(of("max-age=ten").max_age_s);
  CHECK_FALSE(of("max-age=-1").max_age_s);
  CHECK_FALSE(of("max-age=").max_age_s);
  CHECK_FALSE(of("max-age").max_age_s);
  CHECK(of("max-age=10, max-age=20").max_age_s == 10);  // the first counts
  CHECK(of("max-age=99999999999999999999").max_age_s == std::int64_t{1} << 31);
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "d" + std::to_string(i) + ",";
  CHECK(of(many).directives.size() == kDirectivesMax);
}
