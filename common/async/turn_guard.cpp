#include "common/async/turn_guard.h"

#include <sys/socket.h>
#include <time.h>

#include <utility>

namespace picket::async {
namespace {

constexpr Millis kLookEvery{15};

Nanos cpu_of(pthread_t thread) {
  clockid_t clock{};
  timespec used{};
  if (::pthread_getcpuclockid(thread, &clock) != 0 || ::clock_gettime(clock, &used) != 0)
    return Nanos{0};
  return Seconds{used.tv_sec} + Nanos{used.tv_nsec};
}

}  // namespace

TurnGuard::~TurnGuard() {
  {
    const std::lock_guard lock{mutex_};
    over_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void TurnGuard::start() {
  const std::lock_guard lock{mutex_};
  looking_ = true;
  if (!thread_.joinable()) thread_ = std::thread{[this] { look(); }};
  changed_.notify_all();
}

void TurnGuard::stop() {
  const std::lock_guard lock{mutex_};
  looking_ = false;
}

void TurnGuard::begin(int socket) {
  const std::lock_guard lock{mutex_};
  looped_ = ::pthread_self();
  progress();
  socket_ = socket;
  shut_ = false;
}

bool TurnGuard::end() {
  const std::lock_guard lock{mutex_};
  socket_ = -1;
  return std::exchange(shut_, false);
}

void TurnGuard::look() {
  std::unique_lock lock{mutex_};
  std::uint64_t seen = 0;
  Nanos used_before{0};
  while (!over_) {
    if (looking_)
      changed_.wait_for(lock, kLookEvery);
    else
      changed_.wait(lock, [this] { return looking_ || over_; });
    if (over_ || socket_ < 0 || shut_) continue;
    const Nanos used = cpu_of(looped_);
    const std::uint64_t turn = turn_.load(std::memory_order_relaxed);
    if (std::exchange(seen, turn) != turn) {
      used_before = used;
    } else if (used - used_before >= kCpuMax) {
      ::shutdown(socket_, SHUT_RDWR);
      shut_ = true;
    }
  }
}

}  // namespace picket::async
