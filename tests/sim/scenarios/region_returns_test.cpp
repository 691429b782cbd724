// Regions and agents that are away, over restarts of the controller too: who works again is
// seen to work.
#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

namespace {

sim::WorldOptions options(int regions, int twins = 0) {
  Check check = sim::make_world_check("shop", Seconds{30});
  check.quorum = Quorum{Quorum::Kind::count, 1};
  sim::WorldOptions made{43, regions, {check}};
  made.fleet_receivers = {"pagerduty/main"};
  made.twins = twins;
  return made;
}

void cut(sim::Scenario& story, bool is) {
  sim::LinkWeather weather;
  weather.cut_up = is;
  story.world.set_weather(weather);
}

}  // namespace

TEST_CASE("an agent that is revoked while its poll is open stays gone", "[sim]") {
  sim::Scenario story{options(2, 1)};
  const std::string region = story.world.regions().front().value;
  const auto answer = story.world.ask("POST", "/api/v1/agents/revoke",
                                      R"({"region": ")" + region + R"(", "name": "twin"})");
  CHECK(answer.status == 200);
  story.world.run_for(minutes{5});
  CHECK(story.pages() == std::vector<std::string>{});
  CHECK(story.open().empty());
  story.finish();
}

TEST_CASE("an offline region that is back over a restart pages again", "[sim]") {
  sim::Scenario story{options(1)};
  cut(story, true);
  story.world.run_for(minutes{5});
  REQUIRE(story.pages().size() == 1);
  CHECK(story.pages().front().find("is offline") != std::string::npos);
  story.world.kill_controller();
  story.world.run_for(Seconds{20});
  cut(story, false);
  story.world.start_controller();
  story.world.run_for(minutes{3});
  CHECK(story.world.controller()->turn().fleet().online(story.world.regions().front()));
  CHECK(story.count("resolve") == 0);  // not yet back for good
  story.world.run_for(minutes{10});
  CHECK(story.count("resolve") == 1);
  story.world.site().down = true;
  story.world.run_for(minutes{3});
  REQUIRE(story.pages().size() == 2);
  CHECK(story.pages().back().find("shop down") != std::string::npos);
  story.finish();
}

TEST_CASE("an offline region that stays away over a restart is one page", "[sim]") {
  sim::Scenario story{options(1)};
  cut(story, true);
  story.world.run_for(minutes{5});
  story.world.kill_controller();
  story.world.run_for(Seconds{20});
  story.world.start_controller();
  story.world.run_for(minutes{1});
  CHECK_FALSE(story.world.controller()->turn().fleet().online(story.world.regions().front()));
  story.world.run_for(minutes{10});
  CHECK(story.pages().size() == 1);
  CHECK(story.count("resolve") == 0);
  story.finish();
}
