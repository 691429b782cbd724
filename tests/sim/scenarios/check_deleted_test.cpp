#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

TEST_CASE("a check deleted while its incident is open resolves it and comes back anew", "[sim]") {
  const Check shop = sim::make_host_check("shop", minutes{5});
  const Check blog = sim::make_host_check("blog", minutes{5});
  sim::Scenario story{{27, 12, {shop, blog}}};
  story.world.site().twist = [](const RegionName&, const http::Request& request,
                                http::Exchange& exchange) {
    if (request.url.find("shop") != std::string::npos) exchange.status = 500;
  };
  story.world.run_for(minutes{3});
  REQUIRE(story.pages().size() == 1);
  const WallTime deleted = story.now();
  story.world.set_checks({blog});
  story.world.run_for(minutes{1});
  CHECK(story.delay_of("resolve", deleted) >= Millis{0});
  CHECK(story.delay_of("resolve", deleted) <= Seconds{10});
  CHECK(story.world.pager().open().empty());
  CHECK(story.open().empty());
  story.world.run_for(hours{1});
  CHECK(story.pages().size() == 1);
  // It comes back, still failing: another episode, under a key of its own.
  story.world.set_checks({shop, blog});
  story.world.run_for(minutes{12});
  CHECK(story.pages().size() == 2);
  story.finish();
}
