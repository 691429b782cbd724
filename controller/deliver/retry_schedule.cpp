#include "controller/deliver/retry_schedule.h"

#include <algorithm>

namespace picket::controller {
namespace {

constexpr Millis kQuick[] = {Seconds{2}, Seconds{5}, Seconds{10}, Seconds{20}, Seconds{30}};
constexpr Millis kSlow = Seconds{60};
constexpr Millis kSlowAfter = minutes{10};
constexpr Millis kPause = Seconds{2};

Millis delay_of(const FailedAttempt& attempt, Random& random) {
  if (attempt.hopeless) return kSlow;
  if (attempt.failures <= std::size(kQuick)) return kQuick[std::max(attempt.failures, 1U) - 1];
  if (attempt.ended - attempt.due < kSlowAfter) return random.between(Seconds{24}, Seconds{36});
  return kSlow;
}

}  // namespace

WallTime next_attempt(const FailedAttempt& attempt, Random& random) {
  if (attempt.retry_after)
    return attempt.ended +
           std::clamp(*attempt.retry_after, Millis{Seconds{1}}, Millis{Seconds{120}});
  return std::max(attempt.started + delay_of(attempt, random), attempt.ended + kPause);
}

}  // namespace picket::controller
