#include "controller/evaluate/burn_down.h"

#include <algorithm>

#include "controller/evaluate/budget_points.h"

namespace picket::controller {
namespace {

struct Ratio {
  std::uint64_t good{0};
  std::uint64_t bad{0};
};

Ratio ratio_of(const BudgetCounts& counts, bool latency) {
  return latency ? Ratio{counts.fast, counts.slow} : Ratio{counts.good, counts.bad};
}

// The ends of the points within the series: of each cell, of as many as wanted, the last one.
std::vector<WallTime> times_of(const std::vector<BudgetPoint>& points, WallTime from,
                               std::size_t points_max) {
  std::vector<WallTime> times{from};
  const Millis length = points.back().until - from;
  const auto cells = static_cast<std::int64_t>(std::max<std::size_t>(points_max, 2) - 1);
  const auto cell_of = [&](WallTime at) { return ((at - from).count() - 1) * cells; };
  for (const BudgetPoint& point : points) {
    if (point.until <= from) continue;
    const bool again = times.size() > 1 && cell_of(times.back()) / length.count() ==
                                               cell_of(point.until) / length.count();
    if (again)
      times.back() = point.until;
    else
      times.push_back(point.until);
  }
  return times;
}

BurnDownLine line_of(const CheckState& state, const std::vector<WallTime>& times, bool latency) {
  const Slo& slo = *state.check->slo;
  const auto& points = state.budget;
  BurnDownLine line;
  line.objective = latency ? slo.latency->objective : slo.objective;
  const BudgetPoint begin = point_at(points, points.back().until - slo.window);
  const Ratio whole = ratio_of(counts_between(begin, points.back()), latency);
  line.good = whole.good;
  line.bad = whole.bad;
  if (whole.good + whole.bad == 0) return line;
  for (const WallTime at : times) {
    const BudgetPoint then = point_at(points, at);
    const std::uint64_t spent = ratio_of(counts_between(begin, then), latency).bad;
    BurnDownPoint point;
    point.at = at;
    point.left = 1 - *burn_rate_of(whole.good + whole.bad - spent, spent, line.objective);
    if (is_known_from(points, at - slo.window)) {
      const BudgetPoint from = point_at(points, at - slo.window);
      const Ratio counted = ratio_of(counts_between(from, then), latency);
      if (const auto rate = burn_rate_of(counted.good, counted.bad, line.objective))
        point.left_then = 1 - *rate;
    }
    line.points.push_back(point);
  }
  return line;
}

}  // namespace

std::optional<BurnDown> burn_down(const CheckState& state, std::size_t points_max) {
  if (!state.check->slo) return std::nullopt;
  const Slo& slo = *state.check->slo;
  BurnDown out;
  out.window = slo.window;
  out.budget_by = slo.budget_by;
  if (slo.latency) out.latency.emplace().objective = slo.latency->objective;
  out.availability.objective = slo.objective;
  if (state.budget.empty()) return out;
  out.until = state.budget.back().until;
  out.from = std::max(*out.until - slo.window, state.budget.front().until);
  const std::vector<WallTime> times = times_of(state.budget, *out.from, points_max);
  out.availability = line_of(state, times, false);
  if (slo.latency) out.latency = line_of(state, times, true);
  return out;
}

}  // namespace picket::controller
