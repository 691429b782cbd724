// Rounds, slots and phases: who looks when. Pure arithmetic on wall time (design.md, "Time,
// slots, ledger").
#pragma once

#include <cstdint>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"

namespace picket {

// The first 8 bytes of SHA-256 of the name, big-endian.
std::uint64_t check_hash(const CheckName& name);

// floor(at / interval) * interval, from the Unix epoch. Requires interval > 0.
WallTime round_start(WallTime at, Millis interval);

// (hash(check) + index * interval / count) mod interval, at millisecond resolution.
// Requires 0 <= index < count and interval > 0.
Millis phase_of(const CheckName& check, std::size_t index, std::size_t count, Millis interval);

// The longest span in which no region of a check looks at the target, given all phases of a
// plan generation; a single region: the interval. Requires phases within [0, interval).
Millis worst_gap(std::vector<Millis> phases, Millis interval);

// When a round may be closed: its end + run limit + 60 s.
WallTime round_close(WallTime round, Millis interval, Millis run_limit);

}  // namespace picket
