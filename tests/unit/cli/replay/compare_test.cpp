#include "cli/replay/compare.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::cli;

namespace {

WallTime at(int second) { return WallTime::from_unix_ms(1'795'314'600'000 + second * 1'000); }

ReplayedIncident incident(const std::string& alert, int opened, std::optional<int> resolved,
                          bool paged = true) {
  ReplayedIncident out{.check = CheckName{"shop"}, .alert_id = alert};
  out.opened = at(opened);
  if (resolved) out.resolved = at(*resolved);
  if (paged) out.pages.push_back({"pagerduty/shop", at(opened)});
  return out;
}

DifferenceKind only(const std::vector<Difference>& list) {
  REQUIRE(list.size() == 1);
  return list.front().kind;
}

}  // namespace

TEST_CASE("incidents of one alert that overlap are one incident", "[replay]") {
  CHECK(only(compare({incident("down", 0, 60)}, {incident("down", 0, 60)})) ==
        DifferenceKind::same);
  CHECK(only(compare({incident("down", 0, 60)}, {incident("down", 0, {})})) ==
        DifferenceKind::same);
  const auto moved = compare({incident("down", 0, 60)}, {incident("down", 45, 90)});
  CHECK(only(moved) == DifferenceKind::moves);
  CHECK(moved[0].what == "paged 45.00 s later");
  CHECK(moved[0].of_pages());
}

TEST_CASE("what overlaps nothing appears or vanishes", "[replay]") {
  CHECK(only(compare({incident("down", 0, 60)}, {})) == DifferenceKind::vanishes);
  CHECK(only(compare({}, {incident("down", 0, 60)})) == DifferenceKind::appears);
  CHECK(compare({incident("down", 0, 60)}, {incident("down", 120, 180)}).size() == 2);
  CHECK(compare({incident("down", 0, 60)}, {incident("regional", 0, 60)}).size() == 2);
}

TEST_CASE("each incident has one twin at most", "[replay]") {
  const auto list =
      compare({incident("down", 0, 100)}, {incident("down", 0, 40), incident("down", 50, 100)});
  REQUIRE(list.size() == 2);
  CHECK(list[0].kind == DifferenceKind::same);
  CHECK(list[1].kind == DifferenceKind::appears);
}

TEST_CASE("an incident that pages nobody is no difference of pages", "[replay]") {
  const auto quiet = compare({}, {incident("down", 0, 60, false)});
  CHECK_FALSE(quiet[0].of_pages());
  const auto hushed = compare({incident("down", 0, 60)}, {incident("down", 0, 60, false)});
  CHECK(only(hushed) == DifferenceKind::moves);
  CHECK(hushed[0].what == "no longer paged");
  CHECK(hushed[0].of_pages());
}
