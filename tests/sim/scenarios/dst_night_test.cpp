#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

namespace {

// Every night at half past one in Berlin, for three hours that the clocks do not shorten.
Check nightly() {
  Check check = sim::make_world_check("shop", minutes{5});
  MaintenanceWindow window;
  window.start_minute = 90;
  window.duration = hours{3};
  window.timezone = "Europe/Berlin";
  window.reason = "backup";
  check.maintenance = {window};
  return check;
}

// The site fails from an hour before the window's end to an hour after it: one page, at its end.
void tell_night(std::int64_t start_unix_ms, Millis window_begins, Millis window_ends) {
  sim::WorldOptions options{32, 12, {nightly()}};
  options.start = WallTime::from_unix_ms(start_unix_ms);
  sim::Scenario story{options};
  const auto run_to = [&](Millis at) { story.world.run_for(options.start + at - story.now()); };
  // Just before the window begins a fault is paged as ever.
  run_to(window_begins - minutes{10});
  story.world.site().down = true;
  run_to(window_begins - minutes{5});
  REQUIRE(story.pages().size() == 1);
  // Its resolve is not kept back by the window.
  run_to(window_begins + minutes{2});
  story.world.site().down = false;
  run_to(window_begins + minutes{6});
  CHECK(story.count("resolve") >= 1);
  CHECK(story.world.pager().open().empty());
  run_to(window_ends - hours{1});
  story.world.site().down = true;
  run_to(window_ends - minutes{1});
  CHECK(story.pages().size() == 1);
  run_to(window_ends + minutes{1});
  CHECK(story.pages().size() == 2);
  CHECK(story.delay_of("trigger", options.start + window_ends - minutes{1}) >= minutes{1});
  run_to(window_ends + hours{1});
  CHECK(story.pages().size() == 2);
  story.finish();
}

}  // namespace

// 2026-10-24T20:00:00Z; the clocks go back at 01:00Z: 01:30 local is 23:30Z.
TEST_CASE("a window over the night in which the clocks go back lasts three hours", "[sim]") {
  tell_night(1'792'872'000'000, minutes{210}, minutes{390});
}

// 2027-03-27T20:00:00Z; the clocks go forward at 01:00Z: 01:30 local is 00:30Z.
TEST_CASE("a window over the night in which the clocks go forward lasts three hours", "[sim]") {
  tell_night(1'806'177'600'000, minutes{270}, minutes{450});
}
