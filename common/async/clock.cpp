#include "common/async/clock.h"

#include <time.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace picket::async {
namespace {

Nanos read_clock(clockid_t id) {
  timespec ts{};
  ::clock_gettime(id, &ts);
  return Seconds{ts.tv_sec} + Nanos{ts.tv_nsec};
}

// Asio's timer stands still while the machine is suspended, CLOCK_BOOTTIME does not: look again
// at least this often.
constexpr Nanos kLongestNap = minutes{1};

}  // namespace

MonoTime RealClock::now() const { return {read_clock(CLOCK_BOOTTIME)}; }

WallTime RealClock::wall_now() const {
  return {std::chrono::duration_cast<Millis>(read_clock(CLOCK_REALTIME))};
}

Task<void> RealClock::sleep_until(MonoTime deadline) {
  boost::asio::steady_timer timer{executor_};
  for (Nanos left = deadline - now(); left > Nanos{0}; left = deadline - now()) {
    timer.expires_after(std::min(left, kLongestNap));
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

DisciplinedClock::DisciplinedClock(Clock& base)
    : base_(base), offset_(base.wall_now().since_epoch - base.now().since_boot) {}

WallTime DisciplinedClock::wall_now() const {
  return {std::chrono::floor<Millis>(base_.now().since_boot + offset_)};
}

void DisciplinedClock::discipline(WallTime reference, MonoTime measured_at, Millis uncertainty) {
  const Nanos wanted = reference.since_epoch - measured_at.since_boot;
  if (std::chrono::abs(wanted - offset_) > uncertainty) offset_ = wanted;
}

Millis DisciplinedClock::machine_skew() const { return base_.wall_now() - wall_now(); }

}  // namespace picket::async
