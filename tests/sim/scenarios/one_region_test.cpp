#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

TEST_CASE("a fault of one region is regional within 7.5 minutes and names it", "[sim]") {
  sim::Scenario story{{11, 12, {}}};
  const WallTime fault = story.now();
  const RegionName region = story.world.regions()[4];
  story.world.site().down_in = {region};
  story.world.run_for(minutes{30});
  REQUIRE(story.pages().size() == 1);
  CHECK(story.delay_of("trigger", fault) <= Seconds{450});
  CHECK(story.pages().front().find("shop regional") == 0);
  CHECK(story.pages().front().find(region.value) != std::string::npos);
  const WallTime mended = story.now();
  story.world.site().down_in.clear();
  story.world.run_for(minutes{15});
  CHECK(story.delay_of("resolve", mended) > Millis{0});
  CHECK(story.count("trigger") == 1);
  story.finish();
}

// The agents poll again and again before their first run: the wish for evidence outlasts that.
TEST_CASE("a good run of each region keeps its evidence for later comparisons", "[sim]") {
  sim::Scenario story{{11, 3, {}}};
  story.world.run_for(minutes{12});
  CHECK(story.world.store().last_good(CheckName{"shop"}).value().size() == 3);
  story.finish();
}

TEST_CASE("a fault of two opposite regions is regional within five minutes", "[sim]") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    sim::Scenario story{{seed, 12, {}}};
    INFO("seed " << seed);
    story.world.run_for(Seconds{static_cast<int>(Random{seed}.below(300))});
    const WallTime fault = story.now();
    story.world.site().down_in = {story.world.regions()[2], story.world.regions()[8]};
    story.world.run_for(minutes{6});
    REQUIRE(story.count("trigger") == 1);
    CHECK(story.delay_of("trigger", fault) <= minutes{5});
    CHECK(story.pages().front().find("regional") != std::string::npos);
  }
}

TEST_CASE("a single failed run refuted by other regions pages nobody and is on record", "[sim]") {
  sim::Scenario story{{3, 12, {}}};
  story.world.site().down_in = {story.world.regions()[4]};
  // One region's run and its retry fail; it is well again before it looks a second time.
  const auto failing = [&] {
    return story.world.controller()->turn().evaluator().view(CheckName{"shop"})->failing;
  };
  while (failing() == 0) story.world.run_for(Seconds{1});
  story.world.site().down_in.clear();
  story.world.run_for(minutes{30});
  CHECK(story.world.pager().events().empty());
  const auto incidents = story.world.store().incidents({});
  REQUIRE(incidents.has_value());
  CHECK_FALSE(incidents->empty());
  story.finish();
}
