// What the ledger says of a check over a span: for each region, buckets of equal length with counts
// of how slots ended and with the durations of the runs that did not fail. Fed day by day; pure.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/ingest/ledger.h"

namespace picket::controller {

struct HistoryGrid {
  WallTime from;
  Millis step{0};
  std::size_t buckets{0};
  WallTime until() const { return from + step * static_cast<std::int64_t>(buckets); }
};

// At most `points` (two or more) buckets that cover [from, until): a step that people know
// (minutes, hours, days) or else whole intervals, never shorter than the interval, begins at a
// multiple of it since 1970-01-01 UTC, so that asking again a little later gives the same buckets.
HistoryGrid make_history_grid(WallTime from, WallTime until, Millis interval, std::size_t points);

// How often each step of duration_scale.h occurred.
class DurationCounts {
 public:
  void add(std::uint8_t code);
  bool empty() const { return counts_.empty(); }
  // Milliseconds, by nearest rank; `share` above 0, at most 1: 1 is the longest. Requires !empty().
  double quantile(double share) const;

 private:
  std::vector<std::pair<std::uint8_t, std::uint32_t>> counts_;  // ascending
  std::uint32_t total_{0};
};

struct SlotBucket {
  std::uint32_t good{0};
  std::uint32_t degraded{0};
  std::uint32_t bad{0};
  std::uint32_t unknown{0};
  std::uint32_t missed{0};
  std::uint32_t skipped{0};
  DurationCounts durations;  // of good and degraded runs, as far as they are kept
};

class SlotHistory {
 public:
  explicit SlotHistory(HistoryGrid grid) : grid_(grid) {}

  // A region that is named though nothing is known of it.
  void name(const RegionName& region) { (void)buckets_of(region); }

  void add(const RegionName& region, std::int64_t day, const SlotBytes& codes,
           const SlotBytes& durations);

  const HistoryGrid& grid() const { return grid_; }
  const std::map<RegionName, std::vector<SlotBucket>>& regions() const { return regions_; }

 private:
  std::vector<SlotBucket>& buckets_of(const RegionName& region);

  HistoryGrid grid_;
  std::map<RegionName, std::vector<SlotBucket>> regions_;  // each as many as the grid has
};

}  // namespace picket::controller
