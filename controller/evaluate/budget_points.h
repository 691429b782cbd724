// The points of a budget (BudgetPoint): what was counted between two times, and which are kept.
// Internal to the evaluator's budget.cpp and burn_down.cpp; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "controller/evaluate/check_state.h"

namespace picket::controller {

struct BudgetCounts {
  std::uint64_t good{0};
  std::uint64_t bad{0};
  std::uint64_t fast{0};
  std::uint64_t slow{0};
  bool operator==(const BudgetCounts&) const = default;
};

BudgetCounts counts_of(const BudgetPoint& point);
BudgetCounts counts_between(const BudgetPoint& from, const BudgetPoint& to);

// The newest point at `time` or before; when all are younger the oldest: what was counted before it
// is of no known time. Zeros when there is none.
BudgetPoint point_at(const std::vector<BudgetPoint>& points, WallTime time);

// The burn rate, at most a million; nothing when nothing was counted. `objective` in percent.
std::optional<double> burn_rate_of(std::uint64_t good, std::uint64_t bad, double objective);

// Counting begins: a point of zeros that no thinning takes away, so that it is known of a window
// that reaches back behind the oldest point whether something was forgotten there.
void begin_points(std::vector<BudgetPoint>& points, WallTime at);

bool is_begin(const BudgetPoint& point);  // of the oldest: nothing before it was forgotten

// True when a window that begins at `from` misses nothing: nothing older was forgotten.
bool is_known_from(const std::vector<BudgetPoint>& points, WallTime from);

// Forgets what no window of the objective needs: neither one that ends now nor one that ended
// within the objective's window. Then keeps fewer points the older they are (kept per round,
// half hour, six hours).
void trim_points(std::vector<BudgetPoint>& points, const Slo& slo);

}  // namespace picket::controller
