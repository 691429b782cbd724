#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

namespace {

const Millis kSteps[] = {Seconds{1}, -Seconds{1},    minutes{7},      -minutes{7},  hours{5},
                         -hours{5},  hours{24 * 40}, -hours{24 * 40}, hours{87660}, -hours{87660}};

// No further forward than the history is kept.
const Millis kLasting[] = {Seconds{2}, -Seconds{2}, minutes{7},      -minutes{7},  hours{2},
                           -hours{2},  hours{72},   -hours{24 * 40}, -hours{87660}};

// Every machine of the site is set, as by a time server that was wrong or away.
void set_all_clocks(sim::Scenario& story, Millis by) {
  story.world.step_controller_clock(by);
  for (std::size_t i = 0; i < story.world.regions().size(); ++i)
    story.world.step_agent_clock(i, by);
}

// Without those that say that the controller's clock is not its agents', which is true meanwhile.
std::vector<std::string> pages_of_checks(sim::Scenario& story) {
  auto titles = story.pages();
  std::erase_if(titles, [](const auto& title) { return title.find("its clock") != title.npos; });
  return titles;
}

// As if no clock had moved: nothing is paged until the site fails, then once and in time.
void outage_is_told_as_ever(sim::Scenario& story) {
  REQUIRE(pages_of_checks(story).empty());
  const WallTime fault = story.now();
  story.world.site().down = true;
  story.world.run_for(minutes{3});
  CHECK(pages_of_checks(story).size() == 1);
  CHECK(story.delay_of("trigger", fault) >= Millis{0});
  CHECK(story.delay_of("trigger", fault) <= Seconds{35});
  const WallTime mended = story.now();
  story.world.site().down = false;
  story.world.run_for(minutes{3});
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
    story.world.run_for(minutes{1});
    outage_is_told_as_ever(story);
    story.world.step_controller_clock(-step);
    story.finish();
  }
}

TEST_CASE("a lasting step of the controller's clock is followed, and is nobody's fault", "[sim]") {
  for (const Millis step : kLasting) {
    INFO("by " << step.count() << " ms");
    sim::Scenario story{{36, 12, {}, sim::kWorldStart, {"pagerduty/main"}}};
    set_all_clocks(story, step);
    story.world.run_for(minutes{30});  // it is followed after ten
    outage_is_told_as_ever(story);
    story.finish();
    CHECK(pages_of_checks(story).size() == 1);
  }
}

TEST_CASE("a page that waits is told as soon as ever while a step is followed", "[sim]") {
  for (const Millis step : {-hours{2}, hours{2}, hours{72}}) {
    INFO("by " << step.count() << " ms");
    sim::Scenario story{{37, 12, {}}};
    set_all_clocks(story, step);
    story.world.run_for(minutes{9});
    story.world.pager().script("events.pager.test", {sim::PagerFault::Kind::refused}, 0);
    story.world.site().down = true;
    story.world.run_for(minutes{3});
    REQUIRE(pages_of_checks(story).empty());
    story.world.pager().clear("events.pager.test");
    const WallTime healed = story.now();
    story.world.run_for(minutes{1});
    CHECK(story.delay_of("trigger", healed) >= Millis{0});
    story.world.site().down = false;
    story.world.run_for(minutes{5});
    CHECK(story.world.pager().open().empty());
    story.finish();
    CHECK(pages_of_checks(story).size() == 1);
  }
}

TEST_CASE("a controller that starts behind its own log goes on from there", "[sim]") {
  sim::Scenario story{{38, 12, {}}};
  set_all_clocks(story, hours{2});
  story.world.run_for(minutes{15});
  set_all_clocks(story, -hours{2});
  story.world.kill_controller();
  story.world.start_controller();  // its machine's clock is right again: two hours behind the log
  story.world.run_for(minutes{20});
  outage_is_told_as_ever(story);
  story.finish();
  CHECK(pages_of_checks(story).size() == 1);
}
