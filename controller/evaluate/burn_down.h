// How the budget of an objective was spent over its window, as a series for a chart: what is left
// is the same formula as in SloStatus, 1 - (bad / (good + bad)) / (1 - objective). Plain values and
// a pure function. Interface header.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/core/time.h"
#include "common/model/slo.h"

namespace picket::controller {

struct CheckState;

struct BurnDownPoint {
  WallTime at;
  // Of the budget of the whole series: begins with 1, never rises, ends with what is left now.
  double left{1};
  // Of the budget of the window that ended then. Nothing: no round of it was measured, or the
  // begin of that window is not known any more.
  std::optional<double> left_then;
};

struct BurnDownLine {
  double objective{0};    // percent
  std::uint64_t good{0};  // over the series
  std::uint64_t bad{0};
  std::vector<BurnDownPoint> points;  // oldest first; none: no round was measured
};

// From `from` (the begin of the window, or of counting where that is later) to the end of the
// newest closed round.
struct BurnDown {
  Millis window{0};
  BudgetBy budget_by{BudgetBy::rounds};
  std::optional<WallTime> from;  // nothing: no round has closed
  std::optional<WallTime> until;
  BurnDownLine availability;
  std::optional<BurnDownLine> latency;
};

// At most points_max (two or more) points for each objective, at equal distances at the closest;
// the first and the last one are always there. Nothing without an objective.
std::optional<BurnDown> burn_down(const CheckState& state, std::size_t points_max);

}  // namespace picket::controller
