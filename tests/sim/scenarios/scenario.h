// One story of a whole Picket, told by a test: a world that has settled, what PagerDuty was told,
// and the end in which everything heals and every promise of paging.md 7 is judged.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/sim/world.h"

namespace picket::sim {

class Scenario {
 public:
  // Twenty quiet minutes have passed.
  explicit Scenario(WorldOptions options = {});

  World world;

  WallTime now() { return world.timeline().wall_now(); }

  // Taken by PagerDuty, of this action.
  std::size_t count(const std::string& action);

  // Titles of the incidents that PagerDuty opened, in that order.
  std::vector<std::string> pages();

  // Of PagerDuty's first message of this action at or after `from`; -1 ms: there was none.
  Millis delay_of(const std::string& action, WallTime from);

  // The ids of what is unresolved here, suspicions left out.
  std::vector<controller::IncidentRow> open();

  // Slots of this check that ended in `code`, in the closed rounds since `from`.
  int slots(const Check& check, WallTime from, controller::LedgerCode code);

  // Everything heals; after 40 minutes nothing is open or owed and no promise is broken.
  void finish();
};

// A check of its own host, "https://NAME.test/", besides make_world_check().
Check make_host_check(const std::string& name, Millis interval);

// An alert of make_world_check()'s receiver.
Alert make_alert(const std::string& id, AlertCondition condition, Severity severity);

// One region sees nothing of any of ten unrelated services for half an hour, in this way: one page
// says that the region is blind, none is about a check, then or when it sees again.
void tell_of_a_blind_region(FailureKind kind);

}  // namespace picket::sim
