// What a simulated world's controller heard and answered, as the oracle reads it
// (tests/oracle/FORMAT.md): what its store tells, and what the simulated PagerDuty took and has
// open. Read at the end, at rest.
#pragma once

#include <string>

#include "tests/support/sim/world.h"

namespace picket::sim {

// Requires a running controller with nothing left to deliver. Empty when the store cannot be read.
std::string history_of(World& world, const std::string& story);

}  // namespace picket::sim
