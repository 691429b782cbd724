#include "controller/health/lateness_window.h"

#include <algorithm>

#include "common/model/schedule.h"

namespace picket::controller {
namespace {

constexpr Millis kWindow = minutes{15};
constexpr Millis kStep = minutes{1};

}  // namespace

Lateness& LatenessWindow::minute_of(WallTime at) {
  const WallTime begin = round_start(at, kStep);
  while (!minutes_.empty() && minutes_.front().begin + kWindow <= begin) minutes_.pop_front();
  if (minutes_.empty() || minutes_.back().begin < begin) minutes_.push_back({begin, {}});
  return minutes_.back().counts;
}

void LatenessWindow::add(WallTime at, Millis lateness) {
  Lateness& counts = minute_of(at);
  ++counts.runs;
  if (lateness > late_from_) ++counts.late;
  counts.max = std::max(counts.max, lateness);
}

void LatenessWindow::add_missed(WallTime at) { ++minute_of(at).missed; }

Lateness LatenessWindow::view(WallTime now) const {
  Lateness sum;
  for (const Minute& minute : minutes_) {
    if (minute.begin + kWindow <= now) continue;
    sum.runs += minute.counts.runs;
    sum.late += minute.counts.late;
    sum.missed += minute.counts.missed;
    sum.max = std::max(sum.max, minute.counts.max);
  }
  return sum;
}

}  // namespace picket::controller
