#include "common/async/notice.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace picket::async {

Task<void> Notice::wait() {
  const auto initiate = [this](auto handler) {
    // Erase the type first: any_completion_handler takes over the cancellation slot.
    Waiter waiter(std::move(handler));
    const std::uint64_t key = ++next_key_;
    auto slot = boost::asio::get_associated_cancellation_slot(waiter);
    if (slot.is_connected())
      slot.assign([this, key](boost::asio::cancellation_type) {
        complete(key, boost::asio::error::operation_aborted);
      });
    waiters_.emplace(key, std::move(waiter));
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                     void(boost::system::error_code)>(initiate,
                                                                      boost::asio::use_awaitable);
}

void Notice::notify_all() {
  while (!waiters_.empty()) complete(waiters_.begin()->first, {});
}

void Notice::complete(std::uint64_t key, boost::system::error_code error) {
  auto node = waiters_.extract(key);
  if (node.empty()) return;
  boost::asio::post(executor_, [waiter = std::move(node.mapped()), error]() mutable {
    std::move(waiter)(error);
  });
}

}  // namespace picket::async
