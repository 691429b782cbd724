// A database's thread that a test may make wait: work is done inline, or when it is let go. For
// tests in virtual time; one thread.
#pragma once

#include <deque>
#include <functional>
#include <utility>

#include "common/async/offload.h"

namespace picket::test {

class HeldPool final : public async::BlockingPool {
 public:
  bool held{false};

  void post(std::function<void()> work) override {
    waiting_.push_back(std::move(work));
    if (!held) release();
  }
  void release() {
    held = false;
    for (auto work = std::exchange(waiting_, {}); !work.empty(); work.pop_front()) work.front()();
  }

 private:
  std::deque<std::function<void()>> waiting_;
};

}  // namespace picket::test
