// One helper for every wait: Boost 1.81 has no cancel_after.
// The work runs on the caller's executor and is cancelled, then awaited, when time is up.
#pragma once

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "common/async/clock.h"
#include "common/core/deadline.h"

namespace picket::async {
namespace detail {

template <class T>
struct Settled {
  std::optional<T> value;
  std::exception_ptr error;
};

// `a || timer` would wait for the timer when `a` throws: turn the exception into a value.
template <class T>
Task<Settled<T>> settle(Task<T> work) {
  Settled<T> settled;
  try {
    settled.value.emplace(co_await std::move(work));
  } catch (...) {
    settled.error = std::current_exception();
  }
  co_return settled;
}

}  // namespace detail

// Runs `work` until it ends or the deadline passes; then it is cancelled and waited for.
// Returns: its value, or nothing when the deadline won. Throws what `work` throws.
// Cancellation: passed on to `work`.
template <class T>
Task<std::optional<T>> with_deadline(Clock& clock, Deadline deadline, Task<T> work) {
  using namespace boost::asio::experimental::awaitable_operators;
  Task<detail::Settled<T>> settled = detail::settle(std::move(work));
  Task<void> timer = clock.sleep_until(deadline.at());
  auto first = co_await (std::move(settled) || std::move(timer));
  if (first.index() == 1) co_return std::nullopt;
  auto& outcome = std::get<0>(first);
  if (outcome.error) std::rethrow_exception(outcome.error);
  co_return std::move(outcome.value);
}

}  // namespace picket::async
