// What a simulated world's controller heard and answered, as the oracle reads it
// (tests/oracle/FORMAT.md): the stored event log, the outbox, the ledger, what is open here and at
// PagerDuty. Read at the end, at rest.
#pragma once

#include <string>

#include "tests/support/sim/world.h"

namespace picket::sim {

// Requires a running controller and a closed round.
std::string history_of(World& world, const std::string& story);

}  // namespace picket::sim
