#include "tests/support/sim/sim_clock.h"

#include <algorithm>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace picket::sim {

async::Task<void> SimClock::sleep_until(MonoTime deadline) {
  const auto initiate = [this, deadline](auto handler) {
    // Erase the type first: any_completion_handler takes over the cancellation slot.
    Waiter waiter(std::move(handler));
    const Key key{deadline, ++sequence_};
    auto slot = boost::asio::get_associated_cancellation_slot(waiter);
    if (slot.is_connected())
      slot.assign([this, key](boost::asio::cancellation_type) {
        complete(key, boost::asio::error::operation_aborted);
      });
    waiters_.emplace(key, std::move(waiter));
  };
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                       void(boost::system::error_code)>(
      initiate, boost::asio::use_awaitable);
}

std::optional<MonoTime> SimClock::next_deadline() const {
  if (waiters_.empty()) return std::nullopt;
  return waiters_.begin()->first.first;
}

bool SimClock::fire_next() {
  if (waiters_.empty()) return false;
  const Key key = waiters_.begin()->first;
  now_ = std::max(now_, key.first);
  complete(key, {});
  return true;
}

void SimClock::complete(const Key& key, boost::system::error_code error) {
  auto node = waiters_.extract(key);
  if (node.empty()) return;
  boost::asio::post(executor_, [waiter = std::move(node.mapped()), error]() mutable {
    std::move(waiter)(error);
  });
}

void run_until(boost::asio::io_context& context, SimClock& clock, MonoTime until,
               const std::function<void()>& at_rest) {
  while (true) {
    context.restart();
    while (context.poll() != 0) {
    }
    if (at_rest) at_rest();
    const auto next = clock.next_deadline();
    if (!next || *next > until) break;
    clock.fire_next();
  }
  clock.jump_to(std::max(until, clock.now()));
}

void run_for(boost::asio::io_context& context, SimClock& clock, Nanos span,
             const std::function<void()>& at_rest) {
  run_until(context, clock, clock.now() + span, at_rest);
}

}  // namespace picket::sim
