// The newest rounds of every check in every region, as the grid of the web interface shows them:
// one letter and one duration per scheduled run. In memory; the controller feeds it with the runs
// that it records, and after a start with those of the log. One executor.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"
#include "common/model/run.h"

namespace picket::controller {

struct GridRun {
  CheckName check;
  RegionName region;
  WallTime round;
  RunVerdict verdict{RunVerdict::unknown};
  Nanos duration{0};
};

struct GridCheck {
  CheckName check;
  Millis interval{0};
  WallTime closed;  // start of the newest round whose runs must have come by now
  std::vector<RegionName> regions;
};

class RoundGrid {
 public:
  static constexpr std::size_t kRoundsKept = 120;

  // In any order; of one round the newest word stands.
  void add(const GridRun& run) { put(run, true); }
  // One of the past, while newer ones may come: of one round what is known stands.
  void add_older(const GridRun& run) { put(run, false); }
  void remove(const CheckName& check) { cells_.erase(check); }

  // {rounds, checks: [{check, interval_ms, last_round, regions: [{region, verdicts,
  // durations_ms}]}]}. `verdicts` has a letter for each of the last `rounds` rounds, oldest first:
  // p pass, r pass on retry, d degraded, f fail, u unknown, and `.` where no scheduled run is
  // known. `durations_ms` is beside it when `durations` is wanted. Every check ends with its own
  // newest round: the newest with a run, or the newest closed one, so that silence shows.
  std::string render(const std::vector<GridCheck>& checks, std::size_t rounds,
                     bool durations) const;

 private:
  void put(const GridRun& run, bool newer);
  struct Cell {
    std::int64_t round_ms{0};
    float duration_ms{0};
    RunVerdict verdict{RunVerdict::unknown};
  };
  std::map<CheckName, std::map<RegionName, std::vector<Cell>>> cells_;  // by round
};

}  // namespace picket::controller
