// A wake-up: coroutines wait for it, plain code gives it. Carries no data and keeps no memory:
// a waiter checks its condition, waits, and checks again. One executor; not thread-safe.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <map>

#include "common/async/clock.h"

namespace picket::async {

class Notice {
 public:
  explicit Notice(Executor executor) : executor_(std::move(executor)) {}
  Notice(const Notice&) = delete;
  Notice& operator=(const Notice&) = delete;

  // Wakes all present waiters. They run later, never inside this call.
  void notify_all();

  // Cancellation: throws operation_aborted.
  Task<void> wait();

 private:
  using Waiter = boost::asio::any_completion_handler<void(boost::system::error_code)>;
  void complete(std::uint64_t key, boost::system::error_code error);

  Executor executor_;
  std::uint64_t next_key_{0};
  std::map<std::uint64_t, Waiter> waiters_;  // ordered: wake-ups repeat from a seed
};

}  // namespace picket::async
