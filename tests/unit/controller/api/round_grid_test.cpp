#include "controller/api/round_grid.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kStart = *parse_rfc3339("2026-11-22T02:30:00Z");
constexpr Millis kInterval = minutes{5};

GridRun run_of(const char* region, int round, RunVerdict verdict, Nanos duration = Nanos{0}) {
  return {CheckName{"home"}, RegionName{region}, kStart + round * kInterval, verdict, duration};
}

nlohmann::json render(const RoundGrid& grid, std::size_t rounds, bool durations = false,
                      int closed = 0) {
  const std::vector<GridCheck> checks{{CheckName{"home"},
                                       kInterval,
                                       kStart + closed * kInterval,
                                       {RegionName{"a"}, RegionName{"b"}}}};
  return nlohmann::json::parse(grid.render(checks, rounds, durations))["checks"][0];
}

}  // namespace

TEST_CASE("a round without a run is a point, never green", "[web]") {
  RoundGrid grid;
  grid.add(run_of("a", 0, RunVerdict::pass));
  grid.add(run_of("a", 2, RunVerdict::fail));
  grid.add(run_of("a", 3, RunVerdict::pass_on_retry));
  grid.add(run_of("b", 1, RunVerdict::unknown));
  const auto check = render(grid, 5);
  CHECK(check["regions"][0]["verdicts"] == ".p.fr");
  CHECK(check["regions"][1]["verdicts"] == "..u..");
  CHECK(check["last_round"] == "2026-11-22T02:45:00.000Z");
}

TEST_CASE("rounds in which nobody ran anything follow the last run", "[web]") {
  RoundGrid grid;
  grid.add(run_of("a", 0, RunVerdict::pass));
  grid.add(run_of("a", 1, RunVerdict::pass));
  const auto check = render(grid, 4, false, 3);
  CHECK(check["regions"][0]["verdicts"] == "pp..");
  CHECK(check["last_round"] == "2026-11-22T02:45:00.000Z");
  grid.add(run_of("a", 4, RunVerdict::fail));  // before its round has closed
  CHECK(render(grid, 4, false, 3)["regions"][0]["verdicts"] == "p..f");
}

TEST_CASE("what is read back of the past does not stand over what came since", "[web]") {
  RoundGrid grid;
  grid.add(run_of("a", 1, RunVerdict::fail));
  grid.add_older(run_of("a", 1, RunVerdict::pass));
  grid.add_older(run_of("a", 0, RunVerdict::degraded));
  CHECK(render(grid, 2, false, 1)["regions"][0]["verdicts"] == "df");
}

TEST_CASE("a slot that spans rounds of a shorter interval shows the worst of them", "[web]") {
  RoundGrid grid;
  for (int minute = 0; minute < 10; ++minute)
    grid.add({CheckName{"home"}, RegionName{"a"}, kStart + minutes{minute},
              minute == 3 ? RunVerdict::fail : RunVerdict::pass, Millis{minute}});
  const auto check = render(grid, 2, true, 1);
  CHECK(check["regions"][0]["verdicts"] == "fp");
  CHECK(check["regions"][0]["durations_ms"][0] == 3.0);
}

TEST_CASE("rounds are ordered by their start and one stands once", "[web]") {
  RoundGrid grid;
  grid.add(run_of("a", 1, RunVerdict::fail));
  grid.add(run_of("a", 0, RunVerdict::degraded));
  grid.add(run_of("a", 1, RunVerdict::pass, Millis{12}));
  const auto check = render(grid, 2, true);
  CHECK(check["regions"][0]["verdicts"] == "dp");
  CHECK(check["regions"][0]["durations_ms"][1] == 12.0);
  CHECK(check["regions"][1]["durations_ms"] == nlohmann::json::parse("[null, null]"));
}

TEST_CASE("only the newest rounds are kept, and a removed check has none", "[web]") {
  RoundGrid grid;
  const int many = static_cast<int>(RoundGrid::kRoundsKept) + 10;
  for (int i = 0; i < many; ++i) grid.add(run_of("a", i, RunVerdict::pass));
  const std::string all = render(grid, 10'000)["regions"][0]["verdicts"];
  CHECK(all == std::string(RoundGrid::kRoundsKept, 'p'));
  grid.remove(CheckName{"home"});
  CHECK(render(grid, 3)["regions"][0]["verdicts"] == "...");
}
