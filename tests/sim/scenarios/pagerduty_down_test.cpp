#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

namespace {

void silence_pager(sim::World& world) {
  sim::PagerFault fault;
  fault.kind = sim::PagerFault::Kind::hang;
  world.pager().script("events.pager.test", fault, 0);
}

// When the fallback took its first message of this ordinal.
std::optional<WallTime> spare_took(sim::World& world, int ordinal) {
  for (const auto& event : world.pager().events())
    if (event.taken && event.host == "spare.test" && event.ordinal == ordinal) return event.at;
  return std::nullopt;
}

}  // namespace

TEST_CASE("six hours without PagerDuty: the fallback in time, the page once it heals", "[sim]") {
  sim::Scenario story{{4, 12, {}}};
  silence_pager(story.world);
  story.world.site().down = true;
  const WallTime started = story.now();
  story.world.run_for(hours{6});
  CHECK(story.pages().empty());
  const auto spare = spare_took(story.world, 0);
  REQUIRE(spare.has_value());
  CHECK(*spare - started <= Seconds{95});  // detection, then 60 s since due
  story.world.pager().clear("events.pager.test");
  const WallTime healed = story.now();
  story.world.run_for(minutes{3});
  CHECK(story.pages().size() == 1);
  CHECK(story.delay_of("trigger", healed) >= Millis{0});
  CHECK(story.delay_of("trigger", healed) <= Seconds{75});  // a send under way and the pause
  story.world.site().down = false;
  story.world.run_for(minutes{10});
  CHECK(story.world.pager().open().empty());
  story.finish();
  CHECK(story.pages().size() == 1);
}

TEST_CASE("an incident that begins and ends while PagerDuty is down leaves nothing open", "[sim]") {
  sim::Scenario story{{41, 12, {}}};
  silence_pager(story.world);
  story.world.site().down = true;
  story.world.run_for(minutes{30});
  story.world.site().down = false;
  story.world.run_for(hours{5});
  CHECK(spare_took(story.world, 0).has_value());
  CHECK(spare_took(story.world, 1).has_value());
  story.world.pager().clear("events.pager.test");
  story.finish();
  CHECK(story.pages().size() <= 1);
}
