// Plays a history twice, by the definitions recorded and by changed ones, and gives the incidents
// of both. Pure but for the time that `progress` may ask for.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cli/replay/history.h"
#include "cli/replay/world.h"

namespace picket::cli {

struct ReplayOptions {
  bool keep_others{false};  // checks that are not among the changed ones stay as recorded
  std::function<void(double done, WallTime at)> progress;  // 0 to 1; may be empty
};

struct ReplayOutcome {
  std::vector<ReplayedIncident> recorded;  // that touch [from, until)
  std::vector<ReplayedIncident> changed;
  std::map<CheckName, std::vector<std::string>> not_judged;  // of the changed checks, each once
  std::uint64_t events{0};
};

// Errors corrupt, protocol: a batch that cannot be read.
Result<ReplayOutcome> replay(const History& history, const std::vector<Check>& changed,
                             const ReplayOptions& options);

// Before a range: as long as the windows of these checks reach back, six intervals at least.
Millis warm_up_for(const std::vector<Check>& checks);

}  // namespace picket::cli
