// The duration of a run in one byte: 11 steps for each doubling, from 0.1 ms (1) to 14 min 53 s
// (255), so that a value is off by at most 3.2 %. 0 is no duration. The scale is stored and never
// changes. Pure functions.
#pragma once

#include <cstdint>

#include "common/core/time.h"

namespace picket::controller {

// The nearest step; what is shorter than the first or longer than the last has that one. 0 for a
// negative duration.
std::uint8_t duration_code(Nanos duration);

// Milliseconds of a step; 0 for 0.
double duration_ms(std::uint8_t code);

}  // namespace picket::controller
