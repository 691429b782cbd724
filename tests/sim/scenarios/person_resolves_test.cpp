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

TEST_CASE("a person resolves in Picket while it fails: paged again after the grace", "[sim]") {
  sim::Scenario story{{34, 12, {}}};
  story.world.site().down = true;
  story.world.run_for(minutes{3});
  REQUIRE(story.open().size() == 1);
  const std::string path = "/api/v1/incidents/" + story.open().front().id.value + "/resolve";
  CHECK(story.world.ask("POST", path, R"({"by": "ada", "note": "mended"})").status == 200);
  story.world.run_for(Seconds{10});
  CHECK(story.world.pager().open().empty());
  REQUIRE(story.open().size() == 1);  // held: the check still fails
  CHECK(story.open().front().state == IncidentState::resolved);
  story.world.run_for(minutes{6});
  REQUIRE(story.world.pager().open().size() == 1);
  CHECK(story.pages().size() == 2);
  story.world.site().down = false;
  story.world.run_for(minutes{5});
  CHECK(story.world.pager().open().empty());
  story.finish();
  CHECK(story.pages().size() == 2);
}

TEST_CASE("what a person resolves in Picket and has recovered within the grace stays quiet",
          "[sim]") {
  sim::Scenario story{{35, 12, {}}};
  story.world.site().down = true;
  story.world.run_for(minutes{3});
  REQUIRE(story.open().size() == 1);
  const std::string path = "/api/v1/incidents/" + story.open().front().id.value + "/resolve";
  CHECK(story.world.ask("POST", path, R"({"by": "ada"})").status == 200);
  story.world.site().down = false;
  story.world.run_for(hours{1});
  story.finish();
  CHECK(story.pages().size() == 1);
}
