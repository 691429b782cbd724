#include <catch2/catch.hpp>
#include <cstdlib>

#include "common/core/log.h"
#include "tests/sim/story.h"
#include "tests/support/sim/world.h"

using namespace picket;

namespace {

struct QuietLogs {
  QuietLogs() { log::configure(log::Level::critical, log::Format::logfmt); }
};
const QuietLogs kQuiet;

bool is_long() { return std::getenv("PICKET_TEST_LONG") != nullptr; }

std::size_t count(sim::World& world, const std::string& action) {
  std::size_t n = 0;
  for (const auto& event : world.pager().events())
    n += event.taken && !event.routing_key.empty() && event.action == action ? 1 : 0;
  return n;
}

std::size_t opened(sim::World& world) {
  std::size_t n = 0;
  for (const auto& incident : world.pager().incidents()) n += incident.routing_key.empty() ? 0 : 1;
  return n;
}

// Of the first taken message of this kind after `from`.
Millis delay_of(sim::World& world, const std::string& action, WallTime from) {
  for (const auto& event : world.pager().events())
    if (event.taken && event.action == action && event.at >= from) return event.at - from;
  return Millis{-1};
}

}  // namespace

TEST_CASE("a quiet day pages nobody and fills the ledger", "[sim]") {
  sim::World world{{1, 12, {}}};
  world.run_for(hours{6});
  world.judge_end();
  CHECK(world.violations() == std::vector<std::string>{});
  CHECK(world.pager().events().empty());
  CHECK(world.acknowledged().size() >= 12 * 70);
}

TEST_CASE("a global fault is paged within 35 s and resolved within 90 s", "[sim]") {
  std::vector<Millis> detections;
  for (std::uint64_t seed = 1; seed <= (is_long() ? 30U : 9U); ++seed) {
    sim::World world{{seed, 12, {}}};
    world.run_for(minutes{20} + Seconds{static_cast<int>(Random{seed}.below(300))});
    const WallTime fault = world.timeline().wall_now();
    world.site().down = true;
    world.run_for(minutes{3});
    INFO("seed " << seed);
    REQUIRE(count(world, "trigger") == 1);
    detections.push_back(delay_of(world, "trigger", fault));
    CHECK(detections.back() <= Seconds{35});
    const auto& title = world.pager().events().front().summary;
    CHECK(title.find("shop down") != std::string::npos);
    CHECK(title.find("HTTP 500") != std::string::npos);
    const WallTime mended = world.timeline().wall_now();
    world.site().down = false;
    world.run_for(minutes{3});
    CHECK(delay_of(world, "resolve", mended) >= Millis{0});
    CHECK(delay_of(world, "resolve", mended) <= Seconds{90});
    CHECK(world.pager().open().empty());
    CHECK(world.violations() == std::vector<std::string>{});
  }
  std::sort(detections.begin(), detections.end());
  CHECK(detections[detections.size() / 2] <= Seconds{20});
}

TEST_CASE("a fault of two opposite regions is regional within five minutes", "[sim]") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    sim::World world{{seed, 12, {}}};
    world.run_for(minutes{20} + Seconds{static_cast<int>(Random{seed}.below(300))});
    const WallTime fault = world.timeline().wall_now();
    world.site().down_in = {world.regions()[2], world.regions()[8]};
    world.run_for(minutes{6});
    INFO("seed " << seed);
    REQUIRE(count(world, "trigger") == 1);
    CHECK(delay_of(world, "trigger", fault) <= minutes{5});
    CHECK(world.pager().events().front().summary.find("regional") != std::string::npos);
  }
}

TEST_CASE("a single failed run refuted by other regions pages nobody and is on record", "[sim]") {
  sim::World world{{3, 12, {}}};
  world.run_for(minutes{20});
  world.site().down_in = {world.regions()[4]};
  // One region's run and its retry fail; it is well again before it looks a second time.
  while (world.controller()->turn().evaluator().view(CheckName{"shop"})->failing == 0)
    world.run_for(Seconds{1});
  world.site().down_in.clear();
  world.run_for(minutes{30});
  CHECK(world.pager().events().empty());
  const auto incidents = world.store().incidents({});
  REQUIRE(incidents.has_value());
  CHECK_FALSE(incidents->empty());
  CHECK(world.violations() == std::vector<std::string>{});
}

TEST_CASE("an hour without PagerDuty loses nothing and uses the fallback in time", "[sim]") {
  sim::World world{{4, 12, {}}};
  world.run_for(minutes{20});
  sim::PagerFault fault;
  fault.kind = sim::PagerFault::Kind::hang;
  world.pager().script("events.pager.test", fault, 0);
  world.site().down = true;
  const WallTime started = world.timeline().wall_now();
  world.run_for(minutes{3});
  WallTime spare;
  for (const auto& event : world.pager().events())
    if (event.taken && event.host == "spare.test" && spare.unix_ms() == 0) spare = event.at;
  REQUIRE(spare.unix_ms() != 0);
  CHECK(spare - started <= Seconds{95});
  world.run_for(minutes{57});
  world.pager().clear("events.pager.test");
  world.run_for(minutes{3});
  CHECK(count(world, "trigger") >= 1);
  CHECK(opened(world) == 1);
  world.site().down = false;
  world.run_for(minutes{10});
  world.judge_end();
  CHECK(world.pager().open().empty());
  CHECK(world.violations() == std::vector<std::string>{});
}

TEST_CASE("a controller killed in mid-incident neither forgets nor repeats", "[sim]") {
  sim::World world{{5, 12, {}}};
  world.run_for(minutes{20});
  world.site().down = true;
  world.run_for(minutes{2});
  for (int i = 0; i < 5; ++i) {
    world.kill_controller();
    world.run_for(Seconds{30});
    world.start_controller();
    world.run_for(minutes{3});
  }
  CHECK(count(world, "trigger") == 1);
  world.kill_controller();
  world.site().down = false;
  world.run_for(minutes{2});
  world.start_controller();
  world.run_for(minutes{20});
  CHECK(count(world, "resolve") >= 1);
  CHECK(world.pager().open().empty());
  world.judge_end();
  CHECK(world.violations() == std::vector<std::string>{});
}

TEST_CASE("agents work on while the controller is away and bring everything back", "[sim]") {
  sim::World world{{6, 12, {}}};
  world.run_for(minutes{20});
  world.kill_controller();
  world.run_for(hours{2});
  world.start_controller();
  world.run_for(minutes{30});
  world.judge_end();
  CHECK(world.violations() == std::vector<std::string>{});
  CHECK(world.acknowledged().size() >= 12 * 30);
}

TEST_CASE("random stories keep every promise", "[sim]") {
  const std::uint64_t stories = is_long() ? 200 : 3;
  for (std::uint64_t seed = 100; seed < 100 + stories; ++seed) {
    sim::StoryOptions options;
    options.seed = seed;
    options.length = is_long() ? hours{24} : hours{6};
    const auto outcome = sim::tell_story(options);
    INFO("./dev sim --seed " << seed << " --hours " << options.length.count() / 3'600'000);
    CHECK(outcome.violations == std::vector<std::string>{});
    CHECK(outcome.runs > 0);
  }
}

TEST_CASE("the same seed gives the same trace", "[sim]") {
  sim::StoryOptions options;
  options.seed = 7;
  options.length = hours{3};
  const auto first = sim::tell_story(options);
  CHECK(first.trace_hash == sim::tell_story(options).trace_hash);
  options.seed = 8;
  CHECK(first.trace_hash != sim::tell_story(options).trace_hash);
}
