// Virtual time: an ordered map of deadlines. The world polls until nothing is ready, then jumps
// to the next deadline. One thread.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "common/async/clock.h"

namespace picket::sim {

class SimClock final : public async::Clock {
 public:
  SimClock(async::Executor executor, WallTime start) : executor_(executor), start_(start) {}

  MonoTime now() const override { return now_; }
  WallTime wall_now() const override {
    return start_ + std::chrono::floor<Millis>(now_.since_boot);
  }
  async::Task<void> sleep_until(MonoTime deadline) override;

  // The earliest deadline that somebody waits for.
  std::optional<MonoTime> next_deadline() const;

  // Moves time to the earliest deadline and wakes exactly one waiter; ties by order of arrival.
  // False when nobody waits.
  bool fire_next();

  // Destroys everybody who waits, without waking them: the machine was killed.
  void drop_waiters() {
    const auto dead = std::exchange(waiters_, {});
  }

  // Moves time forward without waking anybody. Requires at >= now().
  void jump_to(MonoTime at) { now_ = at; }

  // The wall clock of this machine jumps, forward or back; no deadline moves.
  void step_wall(Millis by) { start_ = start_ + by; }

 private:
  using Key = std::pair<MonoTime, std::uint64_t>;
  using Waiter = boost::asio::any_completion_handler<void(boost::system::error_code)>;
  void complete(const Key& key, boost::system::error_code error);

  async::Executor executor_;
  WallTime start_;
  MonoTime now_{};
  std::uint64_t sequence_{0};
  std::map<Key, Waiter> waiters_;
};

// Runs everything that is ready and every deadline up to and including `until`, then sets the
// time to `until`. `at_rest` (may be empty) is called each time nothing is ready: the place for
// invariants.
void run_until(boost::asio::io_context& context, SimClock& clock, MonoTime until,
               const std::function<void()>& at_rest = {});

// The same for `span` from now.
void run_for(boost::asio::io_context& context, SimClock& clock, Nanos span,
             const std::function<void()>& at_rest = {});

}  // namespace picket::sim
