// What a change to the checks would have done: the incidents of both replays side by side. Pure
// functions over plain values.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/replay/world.h"

namespace picket::cli {

enum class DifferenceKind { appears, vanishes, moves, same };
std::string_view to_string(DifferenceKind kind);

struct Difference {
  DifferenceKind kind{DifferenceKind::same};
  std::optional<ReplayedIncident> before;  // none: it appears
  std::optional<ReplayedIncident> after;   // none: it vanishes
  std::string what;                        // of `moves`: "paged 4 min later"
  const ReplayedIncident& any() const { return after ? *after : *before; }

  // Somebody is paged who was not, is no longer, or at another time.
  bool of_pages() const;
};

// Incidents of one (check, alert) are the same one when they overlap in time. In order of opening.
std::vector<Difference> compare(const std::vector<ReplayedIncident>& before,
                                const std::vector<ReplayedIncident>& after);

}  // namespace picket::cli
