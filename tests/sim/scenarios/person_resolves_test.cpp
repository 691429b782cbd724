#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

TEST_CASE("a person acknowledges: PagerDuty is told once, and the end resolves", "[sim]") {
  sim::Scenario story{{30, 12, {}}};
  story.world.site().down = true;
  story.world.run_for(minutes{3});
  REQUIRE(story.open().size() == 1);
  const std::string id = story.open().front().id.value;
  const auto answer =
      story.world.ask("POST", "/api/v1/incidents/" + id + "/acknowledge", R"({"by": "ada"})");
  CHECK(answer.status == 200);
  story.world.run_for(minutes{30});
  CHECK(story.count("acknowledge") == 1);
  CHECK(story.world.pager().open().front().status == "acknowledged");
  CHECK(story.open().front().state == IncidentState::acknowledged);
  story.world.site().down = false;
  story.world.run_for(minutes{5});
  CHECK(story.world.pager().open().empty());
  story.finish();
  CHECK(story.pages().size() == 1);
}

TEST_CASE("a person resolves at PagerDuty while it fails: told again within the hour", "[sim]") {
  sim::Scenario story{{31, 12, {}}};
  story.world.site().down = true;
  story.world.run_for(minutes{3});
  REQUIRE(story.world.pager().open().size() == 1);
  story.world.pager().resolve_by_hand(story.world.pager().open().front().dedup_key);
  CHECK(story.world.pager().open().empty());
  story.world.run_for(minutes{61});
  CHECK(story.world.pager().open().size() == 1);
  CHECK(story.pages().size() == 2);
  story.world.site().down = false;
  story.world.run_for(minutes{5});
  CHECK(story.world.pager().open().empty());
  story.finish();
}
