#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

TEST_CASE("one POP that fails under four regions is one page that names it", "[sim]") {
  sim::Scenario story{{21, 12, {}}};
  const auto& regions = story.world.regions();
  const std::set<RegionName> behind{regions[5], regions[6], regions[7], regions[8]};
  bool broken = false;
  story.world.site().twist = [&](const RegionName& region, const http::Request&,
                                 http::Exchange& exchange) {
    const bool fra = behind.count(region) != 0;
    exchange.headers = {{"server", "cloudflare"},
                        {"cf-ray", fra ? "8f00000000000000-FRA" : "8f00000000000000-IAD"}};
    exchange.remote_address = fra ? "203.0.113.9:443" : "203.0.113.7:443";
    if (fra && broken) exchange.status = 502;
  };
  story.world.run_for(minutes{10});
  const WallTime fault = story.now();
  broken = true;
  story.world.run_for(minutes{20});
  REQUIRE(story.pages().size() == 1);
  CHECK(story.delay_of("trigger", fault) <= minutes{5});
  CHECK(story.pages().front().find("shop down") == 0);
  CHECK(story.pages().front().find("POP FRA") != std::string::npos);
  broken = false;
  const WallTime mended = story.now();
  story.world.run_for(minutes{5});
  CHECK(story.delay_of("resolve", mended) >= Millis{0});
  CHECK(story.delay_of("resolve", mended) <= minutes{2});
  story.finish();
  CHECK(story.pages().size() == 1);
}
