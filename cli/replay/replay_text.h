// A replay's outcome as lines for people and as JSON, for `picket replay`. Pure functions over
// plain values.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/replay/compare.h"
#include "cli/replay/replay.h"

namespace picket::cli {

struct ReplayReport {
  WallTime from;
  WallTime until;
  WallTime warm_from;
  std::vector<Difference> differences;
  std::map<CheckName, std::vector<std::string>> not_judged;
  std::uint64_t events{0};
  double events_per_second{0};
};

// `all`: also what stays the same.
std::string render_replay(const ReplayReport& report, bool all);
nlohmann::ordered_json replay_json(const ReplayReport& report);

}  // namespace picket::cli
