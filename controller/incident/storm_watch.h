// When a receiver gets more pages at once than a person can read: from then on one page lists them.
// Criticals are counted by themselves, so that nothing less hides them. Pure, no clock; owned by
// the incident book.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>

#include "common/core/time.h"
#include "common/model/alert.h"

namespace picket::controller {

inline constexpr std::size_t kStormPages = 20;  // within kStormSpan go out one by one
inline constexpr Millis kStormSpan{60'000};
inline constexpr Millis kStormCalm{120'000};   // without a new page before a storm may end
inline constexpr Millis kStormUpdate{60'000};  // between two pages of one storm

class StormWatch {
 public:
  // Counts a page that is about to go out at `now`; true: it is beyond kStormPages.
  bool is_too_many(const std::string& receiver, Severity severity, WallTime now);

 private:
  std::map<std::pair<std::string, bool>, std::deque<WallTime>> sent_;  // receiver, critical
};

}  // namespace picket::controller
