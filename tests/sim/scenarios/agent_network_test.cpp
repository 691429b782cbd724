#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

TEST_CASE("an agent's own dead network is one page about the region, none about checks", "[sim]") {
  sim::tell_of_a_blind_region(FailureKind::timeout);
}

TEST_CASE("a network that loses 1 % of all messages makes no region offline", "[sim]") {
  sim::WorldOptions options{36, 12, {}};
  options.fleet_receivers = {"pagerduty/main"};
  sim::Scenario story{options};
  sim::LinkWeather weather;
  weather.loss = 0.01;
  story.world.set_weather(weather);
  story.world.run_for(hours{24 * 3});
  CHECK(story.pages() == std::vector<std::string>{});
  story.finish();
}

TEST_CASE("an agent that is cut off from the controller pages nobody about checks", "[sim]") {
  sim::WorldOptions options{24, 12, {}};
  options.fleet_receivers = {"pagerduty/main"};
  sim::Scenario story{options};
  story.world.link(4)->weather.cut_up = true;
  story.world.run_for(minutes{30});
  for (const std::string& page : story.pages()) CHECK(page.find("shop") == std::string::npos);
  story.finish();
}
