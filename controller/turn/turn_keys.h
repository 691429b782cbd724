// Names under which the turn keeps its checkpoints, and how much of the ledger it keeps in memory.
// Internal to turn.cpp and turn_restore.cpp.
#pragma once

#include <cstdint>

namespace picket::controller {

// As long as an agent's spool may hold a result back, and a day.
inline constexpr std::int64_t kLedgerDays = 8;
inline constexpr const char* kCheckPrefix = "check:";
inline constexpr const char* kFleetKey = "fleet";
inline constexpr const char* kRegionsKey = "regions";

}  // namespace picket::controller
