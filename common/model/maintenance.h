// Maintenance windows of a check: runs go on and are recorded, nobody new is paged. Plain values;
// common/calendar knows when they are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/core/time.h"
#include "common/model/failure.h"

namespace picket {

// Either once, from `from` to `until`, or again and again at a local time of day.
struct MaintenanceWindow {
  std::optional<WallTime> from;  // once
  std::optional<WallTime> until;
  int start_minute{0};          // again: local minutes after midnight, 0 to 1439
  std::vector<int> weekdays;    // 0 Sunday to 6 Saturday, ascending; empty: every day
  Millis duration{0};           // again: elapsed time, whatever the clocks do meanwhile
  std::string timezone{"UTC"};  // IANA name
  std::string reason;
  SourcePosition at;
  bool operator==(const MaintenanceWindow&) const = default;
};

}  // namespace picket
