#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

TEST_CASE("a definition changed in mid-incident neither repeats nor loses the page", "[sim]") {
  Check check = sim::make_world_check("shop", minutes{5});
  sim::Scenario story{{28, 12, {check}}};
  story.world.site().down = true;
  story.world.run_for(minutes{3});
  REQUIRE(story.pages().size() == 1);
  check.title = "The shop";
  check.interval = minutes{1};
  story.world.set_checks({check});
  story.world.run_for(minutes{10});
  check.quorum = Quorum{Quorum::Kind::majority, 0};
  check.timeout = Seconds{5};
  story.world.set_checks({check});
  story.world.run_for(minutes{10});
  CHECK(story.count("trigger") == 1);
  CHECK(story.open().size() == 1);
  // What the author now expects is what the site answers: that ends it.
  check.steps.front().expect.front().status = {{500, 500}};
  const WallTime accepted = story.now();
  story.world.set_checks({check});
  story.world.run_for(minutes{5});
  CHECK(story.delay_of("resolve", accepted) >= Millis{0});
  CHECK(story.delay_of("resolve", accepted) <= minutes{3});
  CHECK(story.world.pager().open().empty());
  CHECK(story.pages().size() == 1);
}
