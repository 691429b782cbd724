#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/sim/story.h"

using namespace picket;

namespace {

bool is_long() { return std::getenv("PICKET_TEST_LONG") != nullptr; }

}  // namespace

TEST_CASE("random stories keep every promise", "[sim][big]") {
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
