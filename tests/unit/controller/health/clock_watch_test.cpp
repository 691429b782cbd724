#include "controller/health/clock_watch.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

AgentId agent(const std::string& region) { return {RegionName{region}, "a"}; }

WallTime at(std::int64_t ms) { return WallTime::from_unix_ms(1'000'000'000'000 + ms); }

std::map<AgentId, Millis> offsets(std::initializer_list<int> seconds) {
  std::map<AgentId, Millis> out;
  int number = 0;
  for (const int one : seconds) out[agent("r" + std::to_string(number++))] = Seconds{one};
  return out;
}

}  // namespace

TEST_CASE("a slow network is no wrong clock: the least late of the last batches counts",
          "[health]") {
  ClockWatch watch;
  for (const int late : {8'000, 40, 9'000, 12'000}) watch.saw(agent("eu"), at(0), at(late));
  CHECK(watch.offsets().at(agent("eu")) == Millis{-40});
  for (int i = 0; i < 6; ++i) watch.saw(agent("eu"), at(0), at(60'000));
  CHECK(watch.offsets().at(agent("eu")) == Millis{-60'000});
}

TEST_CASE("whose clock is off", "[health]") {
  struct Row {
    std::string what;
    std::map<AgentId, Millis> offsets;
    std::optional<Millis> controller;
    std::size_t agents;
  };
  const Row table[] = {
      {"nobody is known", {}, {}, 0},
      {"all agree", offsets({0, 1, -1, 4}), {}, 0},
      {"one agent of one: it may be either, the agent is named", offsets({60}), {}, 1},
      {"one agent of four", offsets({0, 0, 1, 60}), {}, 1},
      {"half of them are no majority", offsets({0, 0, 60, 60}), {}, 2},
      {"the controller is behind its agents", offsets({60, 61, 59, 60}), Seconds{-60}, 0},
      {"the controller is ahead", offsets({-30, -31, -30}), Seconds{30}, 0},
      {"the controller is off, and one agent besides", offsets({60, 61, 60, 60, 0}), Seconds{-60},
       1},
      {"off in both directions: no agreement", offsets({60, -60, 0}), {}, 2},
  };
  for (const Row& row : table) {
    INFO(row.what);
    const ClockJudgement judged = judge_clocks(row.offsets, Seconds{5});
    CHECK(judged.controller_off.has_value() == row.controller.has_value());
    if (row.controller && judged.controller_off)
      CHECK(std::chrono::abs(*judged.controller_off - *row.controller) <= Seconds{1});
    CHECK(judged.agents_off.size() == row.agents);
  }
}
