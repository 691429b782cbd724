// What Alertmanager must go on hearing: the incidents it was told of, and for a while those that
// ended. Learnt from outbox rows. Pure; owned by the alertmanager feed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/store/rows.h"

namespace picket::controller {

// An instance that was not there for the resolve hears of it so long.
inline constexpr Millis kResolvedShown = minutes{15};

struct AlertLevel {
  OutboxRow row;                     // the newest that counts
  std::optional<WallTime> resolved;  // nothing: it is open
};

class AlertLevels {
 public:
  // Takes a row of an Alertmanager receiver: a trigger or acknowledgement that was accepted, a
  // resolve that is owed. Any other changes nothing. In any order: the highest ordinal of a key
  // counts. True: what was known of a key is no longer so.
  bool learn(const OutboxRow& row);

  // By receiver, in order of dedup keys; without those whose end is older than kResolvedShown,
  // which are forgotten, and without the end of what is open again.
  std::map<std::string, std::vector<AlertLevel>> at(WallTime now);

 private:
  std::map<std::pair<std::string, std::string>, AlertLevel> levels_;  // receiver, dedup key
};

}  // namespace picket::controller
