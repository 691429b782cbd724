#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

namespace {

const Millis kSteps[] = {Seconds{1}, -Seconds{1},    minutes{7},      -minutes{7},  hours{5},
                         -hours{5},  hours{24 * 40}, -hours{24 * 40}, hours{87660}, -hours{87660}};

// As if no clock had moved: nothing is paged until the site fails, then once and in time.
void outage_is_told_as_ever(sim::Scenario& story) {
  REQUIRE(story.pages().empty());
  const WallTime fault = story.now();
  story.world.site().down = true;
  story.world.run_for(minutes{5});
  CHECK(story.pages().size() == 1);
  CHECK(story.delay_of("trigger", fault) >= Millis{0});
  CHECK(story.delay_of("trigger", fault) <= Seconds{35});
  const WallTime mended = story.now();
  story.world.site().down = false;
  story.world.run_for(minutes{5});
  CHECK(story.delay_of("resolve", mended) >= Millis{0});
  CHECK(story.delay_of("resolve", mended) <= Seconds{90});
}

}  // namespace

TEST_CASE("clocks of agents that step by a second to ten years change nothing", "[sim]") {
  sim::Scenario story{{34, 12, {}}};
  const WallTime from = story.now();
  std::size_t index = 0;
  for (const Millis step : kSteps) {
    story.world.step_agent_clock(index++, step);
    story.world.run_for(minutes{7});
  }
  story.world.run_for(minutes{20});
  const Check check = sim::make_world_check("shop", minutes{5});
  CHECK(story.slots(check, from, controller::LedgerCode::ran_good) >= 12 * 15);
  CHECK(story.slots(check, from, controller::LedgerCode::missed_clock) == 0);
  outage_is_told_as_ever(story);
  story.finish();
}

TEST_CASE("a controller's clock that steps for a while changes nothing", "[sim]") {
  for (const Millis step : kSteps) {
    INFO("by " << step.count() << " ms");
    sim::Scenario story{{35, 12, {}}};
    story.world.step_controller_clock(step);
    story.world.run_for(minutes{3});
    outage_is_told_as_ever(story);
    story.world.step_controller_clock(-step);
    story.finish();
  }
}
