#include "controller/incident/upcoming_spans.h"

#include <catch2/catch.hpp>

#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kNow = *parse_rfc3339("2026-11-22T02:30:00Z");  // a Sunday

MaintenanceWindow nightly(const std::string& reason = "backup") {
  MaintenanceWindow window;
  window.start_minute = 120;
  window.duration = hours{1};
  window.reason = reason;
  return window;
}

std::shared_ptr<const Check> check(const std::string& name,
                                   std::vector<MaintenanceWindow> windows) {
  Check made = test::make_check(name);
  made.maintenance = std::move(windows);
  return std::make_shared<const Check>(made);
}

}  // namespace

TEST_CASE("a window that holds comes first, then those that follow", "[maintenance]") {
  const auto found = upcoming_spans({check("a", {nightly()})}, {}, kNow, kNow + hours{47}, 10);
  REQUIRE(found.spans.size() == 2);
  CHECK(found.spans[0].begin == kNow - minutes{30});
  CHECK(found.spans[0].end == kNow + minutes{30});
  CHECK(found.spans[1].begin == kNow - minutes{30} + hours{24});
  CHECK_FALSE(found.more);
}

TEST_CASE("one window of many checks is one span, wherever it is written", "[maintenance]") {
  MaintenanceWindow elsewhere = nightly();
  elsewhere.at.line = 77;
  const auto found = upcoming_spans(
      {check("b", {nightly()}), check("a", {elsewhere, elsewhere}), check("c", {nightly("other")})},
      {}, kNow, kNow + hours{1}, 10);
  REQUIRE(found.spans.size() == 2);
  CHECK(found.spans[0].checks == std::vector{CheckName{"a"}, CheckName{"b"}});
  CHECK(found.spans[1].checks == std::vector{CheckName{"c"}});
  CHECK(found.spans[1].reason == "other");
}

TEST_CASE("windows of once: over, now, soon and too late", "[maintenance]") {
  const auto once = [](Millis from, Millis until) {
    MaintenanceWindow window;
    window.from = kNow + from;
    window.until = kNow + until;
    return window;
  };
  const auto found =
      upcoming_spans({check("a", {once(-hours{2}, -hours{1}), once(-hours{1}, hours{1}),
                                  once(hours{3}, hours{4}), once(hours{24}, hours{25})})},
                     {}, kNow, kNow + hours{24}, 10);
  REQUIRE(found.spans.size() == 2);
  CHECK(found.spans[0].begin == kNow - hours{1});
  CHECK(found.spans[1].begin == kNow + hours{3});
}

TEST_CASE("no more than wanted, the earliest, and it is said", "[maintenance]") {
  Silence silence;
  silence.id = "s";
  silence.from = kNow + hours{5};
  silence.until = kNow + hours{6};
  Silence holds = silence;
  holds.from = kNow;
  const auto all = upcoming_spans({check("a", {nightly()}), check("b", {nightly("other")})},
                                  {silence, holds}, kNow, kNow + hours{24 * 30}, 5);
  CHECK(all.more);
  REQUIRE(all.spans.size() == 5);
  CHECK(all.spans[2].silence->id == "s");
  CHECK(all.spans[4].begin == kNow - minutes{30} + hours{24});
  CHECK_FALSE(upcoming_spans({check("a", {nightly()})}, {}, kNow, kNow + hours{23}, 1).more);
  CHECK(upcoming_spans({}, {}, kNow, kNow + hours{24}, 1).spans.empty());
}
