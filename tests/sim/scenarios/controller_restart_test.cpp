#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

TEST_CASE("a controller killed in mid-incident neither forgets nor repeats", "[sim]") {
  sim::Scenario story{{5, 12, {}}};
  story.world.site().down = true;
  story.world.run_for(minutes{2});
  for (int i = 0; i < 5; ++i) {
    story.world.kill_controller();
    story.world.run_for(Seconds{30});
    story.world.start_controller();
    story.world.run_for(minutes{3});
  }
  CHECK(story.count("trigger") == 1);
  story.world.kill_controller();
  story.world.site().down = false;
  story.world.run_for(minutes{2});
  story.world.start_controller();
  story.world.run_for(minutes{20});
  CHECK(story.count("resolve") >= 1);
  CHECK(story.world.pager().open().empty());
  CHECK(story.pages().size() == 1);
  story.finish();
}

TEST_CASE("agents work on while the controller is away and bring everything back", "[sim]") {
  sim::Scenario story{{6, 12, {}}};
  story.world.kill_controller();
  story.world.run_for(hours{2});
  story.world.start_controller();
  story.world.run_for(minutes{30});
  CHECK(story.world.acknowledged().size() >= 12 * 30);
  story.finish();
  CHECK(story.pages().empty());
}
