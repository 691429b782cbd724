#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

TEST_CASE("a quiet day pages nobody and fills the ledger", "[sim]") {
  sim::Scenario story{{1, 12, {}}};
  story.world.run_for(hours{6});
  CHECK(story.world.pager().events().empty());
  CHECK(story.world.acknowledged().size() >= 12 * 70);
  story.finish();
}

TEST_CASE("a global fault is paged within 35 s and resolved within 90 s", "[sim]") {
  std::vector<Millis> detections;
  const int seeds = std::getenv("PICKET_TEST_LONG") != nullptr ? 30 : 9;
  for (int seed = 1; seed <= seeds; ++seed) {
    sim::Scenario story{{static_cast<std::uint64_t>(seed), 12, {}}};
    INFO("seed " << seed);
    story.world.run_for(Seconds{31 * seed % 300});
    const WallTime fault = story.now();
    story.world.site().down = true;
    story.world.run_for(minutes{3});
    REQUIRE(story.count("trigger") == 1);
    detections.push_back(story.delay_of("trigger", fault));
    CHECK(detections.back() <= Seconds{35});
    const std::string title = story.pages().front();
    CHECK(title.find("shop down") == 0);
    CHECK(title.find("HTTP 500") != std::string::npos);
    const WallTime mended = story.now();
    story.world.site().down = false;
    story.world.run_for(minutes{3});
    CHECK(story.delay_of("resolve", mended) >= Millis{0});
    CHECK(story.delay_of("resolve", mended) <= Seconds{90});
    CHECK(story.pages().size() == 1);
    CHECK(story.world.pager().open().empty());
    CHECK(story.world.violations() == std::vector<std::string>{});
  }
  std::sort(detections.begin(), detections.end());
  CHECK(detections[detections.size() / 2] <= Seconds{20});
}
