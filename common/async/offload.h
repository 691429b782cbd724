// Blocking work (SQLite, fsync, files) away from the core thread: co_await offload(pool, fn).
// In simulations the pool is inline, so that one thread does everything in a fixed order.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "common/async/clock.h"

namespace picket::async {

class BlockingPool {
 public:
  virtual ~BlockingPool() = default;
  virtual void post(std::function<void()> work) = 0;
};

// `threads` worker threads; the destructor finishes the work that was posted.
std::unique_ptr<BlockingPool> create_thread_pool(std::size_t threads);

// Runs the work inside post(): for simulations and tests.
std::unique_ptr<BlockingPool> create_inline_pool();

// Runs `fn` on the pool and returns its value on the caller's executor. `fn` must not throw and
// returns a non-void value. What it refers to must outlive it.
// Cancellation: not possible once started; the caller learns of it at its next wait.
template <class Fn>
Task<std::invoke_result_t<Fn>> offload(BlockingPool& pool, Fn fn) {
  using Value = std::invoke_result_t<Fn>;
  auto executor = co_await boost::asio::this_coro::executor;
  auto initiate = [&pool, executor, &fn](auto handler) {
    using Handler = boost::asio::any_completion_handler<void(std::shared_ptr<Value>)>;
    auto shared = std::make_shared<Handler>(std::move(handler));
    auto guard = boost::asio::make_work_guard(executor);
    pool.post([shared, guard, executor, &fn] {
      auto value = std::make_shared<Value>(fn());
      boost::asio::post(executor, [shared, value] { std::move (*shared)(value); });
    });
  };
  const auto value =
      co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                           void(std::shared_ptr<Value>)>(
          initiate, boost::asio::use_awaitable);
  co_return std::move(*value);
}

}  // namespace picket::async
