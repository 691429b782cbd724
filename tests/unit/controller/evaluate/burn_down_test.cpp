// The budget of an objective over its window (docs/reference/slo.md).
#include "controller/evaluate/burn_down.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "common/model/schedule.h"
#include "controller/evaluate/budget.h"
#include "controller/evaluate/budget_points.h"
#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;
using picket::test::EvaluationWorld;

namespace {

const WallTime kStart = *parse_rfc3339("2026-11-01T00:00:00Z");
constexpr Millis kDay = hours{24};

// A check whose rounds of an hour were counted from kStart on, as `bad` says of each.
struct Story {
  explicit Story(Millis window = kDay * 7) {
    Check check = test::make_check();
    check.interval = hours{1};
    check.slo.emplace();
    check.slo->objective = 90;
    check.slo->window = window;
    state.check = std::make_shared<const Check>(check);
    begin_points(state.budget, kStart);
  }
  void rounds(int count, bool bad = false) {
    for (int i = 0; i < count; ++i) {
      BudgetPoint point = state.budget.back();
      point.until = point.until + hours{1};
      ++(bad ? point.bad : point.good);
      state.budget.push_back(point);
      trim_points(state.budget, *state.check->slo);
    }
  }
  BurnDown series(std::size_t points = 1000) const { return *burn_down(state, points); }
  CheckState state;
};

}  // namespace

TEST_CASE("a young budget burns down from its first round", "[evaluate][slo]") {
  Story story;
  story.rounds(18);
  story.rounds(1, true);
  story.rounds(1);
  const BurnDown series = story.series();
  CHECK(series.from == kStart);
  CHECK(series.until == kStart + hours{20});
  CHECK(series.window == kDay * 7);
  const BurnDownLine& line = series.availability;
  CHECK((line.good == 19 && line.bad == 1));
  // One of twenty, where one of ten may be bad: half of the budget.
  CHECK(line.points.front().at == kStart);
  CHECK(line.points.front().left == 1);
  CHECK_FALSE(line.points.front().left_then);
  CHECK(line.points.at(line.points.size() - 3).left == 1);
  CHECK(line.points.back().left == Approx(0.5));
  CHECK(line.points.back().left_then == line.points.back().left);
  // By the nineteenth round it was one of nineteen.
  CHECK(line.points.at(line.points.size() - 2).left_then.value() == Approx(1 - (1.0 / 19) / 0.1));
  CHECK_FALSE(series.latency);
}

TEST_CASE("an old budget is shown over its window, and what it had then as well",
          "[evaluate][slo]") {
  Story story;
  story.rounds(24 * 10);
  story.rounds(12, true);
  story.rounds(24 * 4 - 12);
  story.rounds(24 * 5);  // the bad rounds leave the window on day 17
  const BurnDown series = story.series();
  CHECK(series.until == kStart + kDay * 19);
  CHECK(series.from == kStart + kDay * 12);
  const auto& points = series.availability.points;
  CHECK(series.availability.bad == 0);
  CHECK(points.back().left == 1);
  CHECK(points.front().left_then.value() == Approx(1 - (12.0 / (24 * 7)) / 0.1));
  CHECK(points.back().left_then == 1.0);
  // The begin of the window that ended first is as old as the second window before now.
  CHECK(story.state.budget.front().until <= kStart + kDay * 5);
}

TEST_CASE("it never rises and ends with what the status says is left", "[evaluate][slo]") {
  Check check = test::make_check();
  check.slo.emplace();
  check.slo->latency = LatencyObjective{Millis{500}, 90};
  EvaluationWorld world{2, check};
  for (int i = 0; i < 40; ++i) {
    world.wait_until(round_start(world.now, check.interval) + check.interval + Seconds{10});
    const bool bad = i % 9 == 3;
    for (int region = 1; region <= 2; ++region)
      world.run(world.region(region), {.verdict = bad ? RunVerdict::fail : RunVerdict::pass,
                                       .lasted = Millis{i % 5 == 0 ? 700 : 300}});
  }
  world.wait(minutes{15});
  const auto series = world.evaluator.burn_down(check.name, 50);
  const auto status = world.view().slo;
  REQUIRE(series);
  REQUIRE(series->latency);
  for (const auto& [line, now] : {std::pair{series->availability, status->availability},
                                  std::pair{*series->latency, *status->latency}}) {
    REQUIRE(line.points.size() > 10);
    CHECK(line.points.size() <= 50);
    CHECK(line.points.back().left == Approx(*now.left));
    CHECK(line.points.back().left_then.value() == Approx(*now.left));
    CHECK((line.good == now.good && line.bad == now.bad));
    for (std::size_t i = 1; i < line.points.size(); ++i) {
      CHECK(line.points[i].left <= line.points[i - 1].left);
      CHECK(line.points[i].at > line.points[i - 1].at);
    }
  }
}

TEST_CASE("no more points than wanted, the first and the last among them", "[evaluate][slo]") {
  Story story{kDay * 30};
  story.rounds(24 * 40);
  const BurnDown all = story.series(1000);
  for (const std::size_t wanted : {2U, 3U, 7U, 60U}) {
    const BurnDown series = story.series(wanted);
    const auto& points = series.availability.points;
    CHECK(points.size() <= wanted);
    CHECK(points.size() + 2 >= wanted);
    CHECK(points.front().at == all.from);
    CHECK(points.back().at == all.until);
  }
}

TEST_CASE("a window without a measured round has no series", "[evaluate][slo]") {
  Story story;
  CHECK(story.series().availability.points.empty());
  BudgetPoint unmeasured = story.state.budget.back();
  unmeasured.until = kStart + kDay;
  story.state.budget.push_back(unmeasured);
  const BurnDown series = story.series();
  CHECK(series.availability.points.empty());
  CHECK(series.until == kStart + kDay);
  story.state.budget.clear();
  CHECK_FALSE(story.series().from);
  Story none;
  Check check = *none.state.check;
  check.slo.reset();
  none.state.check = std::make_shared<const Check>(check);
  CHECK_FALSE(burn_down(none.state, 10));
}

TEST_CASE("totals whose begin was forgotten say nothing of windows before", "[evaluate][slo]") {
  // As a snapshot of an older version: one window of points, no point of zeros.
  Story story;
  story.rounds(24 * 14);
  auto& points = story.state.budget;
  const auto first = std::find_if(points.begin(), points.end(), [](const BudgetPoint& one) {
    return one.until > kStart + kDay * 7;
  });
  points.erase(points.begin(), first - 1);
  const auto line = story.series().availability;
  CHECK(line.points.back().left_then == 1.0);
  CHECK_FALSE(line.points.at(1).left_then);
  CHECK(line.points.at(1).left == 1);
}

TEST_CASE("a longer window counts what is known of it, not all that ever was", "[evaluate][slo]") {
  Story story;  // 7 days
  story.rounds(24 * 60);
  story.rounds(24 * 3, true);
  Check check = *story.state.check;
  check.slo->window = kDay * 30;
  story.state.check = std::make_shared<const Check>(check);
  const auto status = slo_status(story.state)->availability;
  CHECK(status.bad == 24 * 3);
  CHECK(status.good < 24 * 16);
  CHECK(status.left.value() < 0);  // not 0.5, as over 63 days
  CHECK(story.series().availability.points.back().left == Approx(*status.left));
}

TEST_CASE("a budget that is overspent is used up, also while nothing burns", "[evaluate][slo]") {
  Story story;
  story.rounds(24 * 5);
  story.rounds(24, true);
  story.rounds(24);
  const auto status = slo_status(story.state)->availability;
  REQUIRE(status.left.value() < 0);
  REQUIRE(status.burn[1].rate_long == 0.0);
  CHECK(status.exhausted == story.state.budget.back().until);
}

TEST_CASE("a check without objective or name has no burn-down", "[evaluate][slo]") {
  EvaluationWorld world{2};
  CHECK_FALSE(world.evaluator.burn_down(world.check.name, 10));
  CHECK_FALSE(world.evaluator.burn_down(CheckName{"none"}, 10));
}
