#include <catch2/catch.hpp>
#include <map>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

TEST_CASE("one of three backends bad, hidden by retries, is one warning", "[sim]") {
  Check check = sim::make_world_check("shop", minutes{5});
  check.alerts.push_back(sim::make_alert("degraded", AlertCondition::degraded, Severity::warning));
  sim::Scenario story{{22, 12, {check}}};
  bool bad = false;
  std::map<RegionName, int> asked;
  story.world.site().twist = [&](const RegionName& region, const http::Request&,
                                 http::Exchange& exchange) {
    // Round robin, so that a retry comes to the next one.
    const int backend = (asked[region]++ + static_cast<int>(region.value.size())) % 3;
    if (bad && backend == 0) exchange.status = 500;
  };
  story.world.run_for(minutes{10});
  bad = true;
  const WallTime fault = story.now();
  story.world.run_for(hours{2});
  REQUIRE(story.pages().size() == 1);
  CHECK(story.pages().front().find("shop degraded") == 0);
  CHECK(story.delay_of("trigger", fault) <= minutes{20});
  CHECK(story.open().size() == 1);
  bad = false;
  const WallTime mended = story.now();
  story.world.run_for(hours{1});
  CHECK(story.delay_of("resolve", mended) >= Millis{0});
  CHECK(story.delay_of("resolve", mended) <= minutes{30});
  story.finish();
}
