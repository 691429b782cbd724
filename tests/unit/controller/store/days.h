// Days to put rows of a store on, for the tests of the store, which is asked for whole days of UTC.
// Plain functions.
#pragma once

#include "common/core/time.h"

namespace picket::test {

constexpr std::int64_t kDayMs = 86'400'000;

inline WallTime day(double number) {
  return WallTime::from_unix_ms(static_cast<std::int64_t>(number * kDayMs));
}

}  // namespace picket::test
