// The only source of time. Daemons use RealClock, simulations a virtual one; pure code takes the
// time as an argument. One executor; not thread-safe.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "common/core/time.h"

namespace picket::async {

template <class T>
using Task = boost::asio::awaitable<T>;
using Executor = boost::asio::any_io_executor;

class Clock {
 public:
  virtual ~Clock() = default;

  virtual MonoTime now() const = 0;
  virtual WallTime wall_now() const = 0;

  // Returns at or after `deadline`, at once if it has passed.
  // Cancellation: throws boost::system::system_error(operation_aborted).
  virtual Task<void> sleep_until(MonoTime deadline) = 0;

  Task<void> sleep_for(Nanos span) { return sleep_until(now() + span); }
};

// CLOCK_BOOTTIME for now() and for sleeping, CLOCK_REALTIME for wall_now().
class RealClock final : public Clock {
 public:
  explicit RealClock(Executor executor) : executor_(std::move(executor)) {}
  MonoTime now() const override;
  WallTime wall_now() const override;
  Task<void> sleep_until(MonoTime deadline) override;

 private:
  Executor executor_;
};

// Wall time that a step of the machine's own clock does not move: the boot clock plus an offset
// taken once at construction and then only from discipline(). Owned beside its base, which must
// outlive it.
class DisciplinedClock final : public Clock {
 public:
  explicit DisciplinedClock(Clock& base);
  MonoTime now() const override { return base_.now(); }
  WallTime wall_now() const override;
  Task<void> sleep_until(MonoTime deadline) override { return base_.sleep_until(deadline); }

  // `reference` was the true time at `measured_at`, known to within `uncertainty`. Differences
  // inside the uncertainty change nothing.
  void discipline(WallTime reference, MonoTime measured_at, Millis uncertainty);

  // How far the machine's own clock is ahead of this one.
  Millis machine_skew() const;

 private:
  Clock& base_;
  Nanos offset_;
};

}  // namespace picket::async
