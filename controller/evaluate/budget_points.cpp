#include "controller/evaluate/budget_points.h"

#include <algorithm>

#include "common/model/schedule.h"

namespace picket::controller {
namespace {

// Points are kept for each round of the last hours, then for half hours, then for six hours.
constexpr Millis kEachFor{hours{7}};
constexpr Millis kHalfHoursFor{hours{75}};
constexpr Millis kHalfHour{minutes{30}};
constexpr Millis kSixHours{hours{6}};

constexpr double kMostRate = 1e6;

// Keeps at most one point per `step` among those older than `age`.
void thin(std::vector<BudgetPoint>& points, WallTime newest) {
  const auto cell_of = [&](const BudgetPoint& point) -> std::int64_t {
    const Millis age = newest - point.until;
    if (age <= kEachFor) return -1;
    return round_start(point.until, age <= kHalfHoursFor ? kHalfHour : kSixHours).unix_ms();
  };
  std::vector<BudgetPoint> kept;
  for (const BudgetPoint& point : points) {
    const std::int64_t cell = cell_of(point);
    const bool again = cell >= 0 && !kept.empty() && cell_of(kept.back()) == cell;
    if (again && (kept.size() > 1 || !is_begin(kept.back())))
      kept.back() = point;
    else
      kept.push_back(point);
  }
  points = std::move(kept);
}

// Keeps the newest point before the horizon: what a window over all of it begins with.
void forget_before(std::vector<BudgetPoint>& points, WallTime horizon) {
  const auto first = std::find_if(points.begin(), points.end(),
                                  [&](const BudgetPoint& one) { return one.until > horizon; });
  if (first - points.begin() > 1) points.erase(points.begin(), first - 1);
}

}  // namespace

BudgetCounts counts_of(const BudgetPoint& point) {
  return {point.good, point.bad, point.fast, point.slow};
}

BudgetCounts counts_between(const BudgetPoint& from, const BudgetPoint& to) {
  return {to.good - from.good, to.bad - from.bad, to.fast - from.fast, to.slow - from.slow};
}

BudgetPoint point_at(const std::vector<BudgetPoint>& points, WallTime time) {
  if (points.empty()) return {};
  const auto after =
      std::upper_bound(points.begin(), points.end(), time,
                       [](WallTime at, const BudgetPoint& point) { return at < point.until; });
  return after == points.begin() ? points.front() : *(after - 1);
}

std::optional<double> burn_rate_of(std::uint64_t good, std::uint64_t bad, double objective) {
  if (good + bad == 0) return std::nullopt;
  const double ratio = static_cast<double>(bad) / static_cast<double>(good + bad);
  return std::min(kMostRate, ratio / (1 - objective / 100));
}

bool is_begin(const BudgetPoint& point) { return counts_of(point) == BudgetCounts{}; }

void begin_points(std::vector<BudgetPoint>& points, WallTime at) {
  if (points.empty()) points.push_back({at});
}

bool is_known_from(const std::vector<BudgetPoint>& points, WallTime from) {
  return !points.empty() && (points.front().until <= from || is_begin(points.front()));
}

void trim_points(std::vector<BudgetPoint>& points, const Slo& slo) {
  if (points.empty()) return;
  const WallTime newest = points.back().until;
  forget_before(points, newest - std::max(slo.window * 2, kBurnWindows.back().long_window));
  thin(points, newest);
}

}  // namespace picket::controller
