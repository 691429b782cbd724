// What a check's runs say at one moment, before any hysteresis: pure functions over CheckState.
// Owned by the evaluator's strand like all of this folder; nothing here changes state.
#pragma once

#include <map>

#include "controller/evaluate/check_state.h"

namespace picket::controller {

struct RegionFacts {
  bool reporting{false};       // newest run that could measure is fresh; not blind
  bool counts{false};          // reporting and online: its failures and passes count
  bool failing{false};         // counts, and X of its last Y fail
  bool newest_failed{false};   // counts, and its newest run failed
  bool keeps_failing{false};   // newest_failed, and 3 of its last 5 fail
  bool attempt_failed{false};  // a first attempt failed, its run is awaited
  bool warning{false};         // counts, and its newest run is degraded
  bool keeps_warning{false};   // warning, and 3 of its last 5 are degraded
  int fails_of_5{0};
  int passes{0};  // newest runs in a row that did not fail
  int clean{0};   // newest runs in a row that neither failed nor were degraded
};

struct CheckFacts {
  std::map<RegionName, RegionFacts> regions;
  int assigned{0};
  int quorum{1};
  int failing{0};
  int warning{0};
  int reporting{0};
  int drains{0};  // do not report, which was announced, or are back and have not yet had a round
  int needed{1};  // reporting regions below which there is no data: max(quorum, half)

  const RegionFacts& of(const RegionName& region) const { return regions.at(region); }
};

// A run counts for paging until this long after its start: 2 intervals + timeout.
Millis fresh_for(const Check& check);

CheckFacts look(const CheckState& state, WallTime now);

// When a first attempt whose run never came is forgotten.
WallTime attempt_expiry(const Check& check, WallTime attempt_failed);

}  // namespace picket::controller
