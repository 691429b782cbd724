// Exponential back-off with full jitter ("Exponential Backoff And Jitter", AWS Architecture
// Blog, 2015). A plain state machine: the caller sleeps.
#pragma once

#include "common/core/random.h"
#include "common/core/time.h"

namespace picket {

struct BackoffOptions {
  Millis first{500};
  Millis max{30'000};
};

class Backoff {
 public:
  Backoff(BackoffOptions options, Random random) : options_(options), random_(random) {}

  // How long to wait before the next try: uniform in [ceiling/2, ceiling], where the ceiling
  // doubles from `first` up to `max`.
  Millis next();

  // After a success: the next failure starts from `first` again.
  void reset() { failures_ = 0; }

  int failures() const { return failures_; }

 private:
  BackoffOptions options_;
  Random random_;
  int failures_{0};
};

}  // namespace picket
