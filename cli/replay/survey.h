// The first look at a history: which checks were in force at its begin, by which definition and
// over which regions, where the log itself does not say so. Fed all events in order; pure.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "cli/replay/history.h"

namespace picket::cli {

// What the log says of a check before it says how the check is defined.
struct Before {
  bool closed{false};                // a CheckDefined or CheckRemoved came
  bool removed_first{false};         // that was a CheckRemoved: it was in force
  std::optional<Revision> revision;  // of its first run
  std::set<RegionName> regions;      // that reported
};

class Survey {
 public:
  void see(const controller::Event& event);

  // Definitions that were in force at the begin and are not among `known`.
  std::vector<std::pair<CheckName, Revision>> missing(
      const std::vector<PastDefinition>& known) const;

  // The checks in force at the begin, each with its regions, ordered by name.
  std::vector<controller::CheckDefined> at_begin(const std::vector<PastDefinition>& known) const;

  std::uint64_t events() const { return events_; }

 private:
  std::map<CheckName, Before> checks_;
  std::uint64_t events_{0};
};

}  // namespace picket::cli
