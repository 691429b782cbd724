#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;
using controller::LedgerCode;

TEST_CASE("a backlog of 24 hours heals history and pages nobody", "[sim][big]") {
  const Check check = sim::make_world_check("shop", minutes{5});
  sim::Scenario story{{29, 12, {check}}};
  const WallTime cut = story.now();
  sim::LinkWeather weather;
  weather.cut_up = true;
  story.world.set_weather(weather);
  story.world.run_for(hours{8});
  story.world.site().down = true;  // an outage that nobody could tell of, long over
  story.world.run_for(hours{2});
  story.world.site().down = false;
  story.world.run_for(hours{14});
  const int missed = story.slots(check, cut, LedgerCode::missed_offline);
  CHECK(missed >= 12 * 280);
  story.world.set_weather({});
  story.world.run_for(minutes{30});
  CHECK(story.world.acknowledged().size() >= 12 * 280);
  CHECK(story.slots(check, cut, LedgerCode::missed_offline) < 12 * 3);
  story.finish();
  // That nobody reported was told; that the site was down for two hours has no use now.
  for (const std::string& page : story.pages()) CHECK(page.find("shop down") == std::string::npos);
}
