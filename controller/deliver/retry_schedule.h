// When a page that was not accepted is tried again: for the outbox machine. Pure; the caller
// gives time and randomness.
#pragma once

#include <cstdint>
#include <optional>

#include "common/core/random.h"
#include "common/core/time.h"

namespace picket::controller {

struct FailedAttempt {
  std::uint32_t failures{1};  // of this row, with this one
  WallTime due;               // of the row
  WallTime started;
  WallTime ended;
  std::optional<Millis> retry_after;  // the channel's own wish, at most 120 s
  bool hopeless{false};               // only a person can mend it: slowly
};

// 2, 5, 10, 20, 30 s after the start of the failed attempt, then 30 s +-20 % until ten minutes
// after `due`, then 60 s; at least 2 s after its end. `retry_after` counts from the end.
WallTime next_attempt(const FailedAttempt& attempt, Random& random);

}  // namespace picket::controller
