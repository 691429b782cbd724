#include "common/http/private_epoll.h"

#include <sys/epoll.h>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <utility>

namespace picket::http {
namespace {

constexpr int kEventsPerTurn = 64;

}  // namespace

Result<std::unique_ptr<PrivateEpoll>> PrivateEpoll::create(async::Executor executor,
                                                           async::Clock& clock, Events events) {
  const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
  if (descriptor < 0) return fail(error_from_errno(errno, "epoll_create1"));
  return std::unique_ptr<PrivateEpoll>(
      new PrivateEpoll(std::move(executor), clock, descriptor, std::move(events)));
}

PrivateEpoll::PrivateEpoll(async::Executor executor, async::Clock& clock, int descriptor,
                           Events events)
    : clock_(clock), events_(std::move(events)), epoll_(executor, descriptor), timer_(executor) {}

PrivateEpoll::~PrivateEpoll() = default;

void PrivateEpoll::watch(int descriptor, bool read, bool write) {
  epoll_event event{};
  event.data.fd = descriptor;
  event.events = (read ? EPOLLIN : 0U) | (write ? EPOLLOUT : 0U);
  const int self = epoll_.native_handle();
  if (::epoll_ctl(self, EPOLL_CTL_MOD, descriptor, &event) == 0 || errno != ENOENT) return;
  ::epoll_ctl(self, EPOLL_CTL_ADD, descriptor, &event);
}

void PrivateEpoll::forget(int descriptor) {
  // Fails harmlessly when the library closed the descriptor first.
  ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, descriptor, nullptr);
}

void PrivateEpoll::arm(Nanos from_now) {
  due_ = clock_.now() + from_now;
  if (from_now <= Nanos{0}) return post_due();
  if (!timer_set_ || *timer_set_ > *due_) set_timer(*due_);
}

void PrivateEpoll::disarm() { due_.reset(); }

void PrivateEpoll::post_due() {
  if (std::exchange(posted_, true)) return;
  boost::asio::post(epoll_.get_executor(), [this, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired()) return;
    posted_ = false;
    fire_if_due();
  });
}

void PrivateEpoll::set_timer(MonoTime at) {
  timer_set_ = at;
  timer_.expires_after(at - clock_.now());
  timer_.async_wait([this, alive = std::weak_ptr<int>(alive_)](boost::system::error_code error) {
    if (error || alive.expired()) return;
    timer_set_.reset();
    fire_if_due();
  });
}

void PrivateEpoll::fire_if_due() {
  if (!due_) return;
  if (*due_ > clock_.now()) {
    if (!timer_set_) set_timer(*due_);
    return;
  }
  due_.reset();
  events_.timer();
  events_.turn_ended();
}

void PrivateEpoll::start() {
  started_ = true;
  if (!waiting_) wait();
}

void PrivateEpoll::stop() {
  started_ = false;
  due_.reset();
  if (timer_set_) timer_.cancel();
  timer_set_.reset();
  if (waiting_) epoll_.cancel();
}

void PrivateEpoll::wait() {
  waiting_ = true;
  epoll_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                    [this, alive = std::weak_ptr<int>(alive_)](boost::system::error_code error) {
                      if (alive.expired()) return;
                      waiting_ = false;
                      if (!error) dispatch();
                      // A stop() directly followed by a start() ends here with operation_aborted.
                      if (started_ && !waiting_) wait();
                    });
}

void PrivateEpoll::dispatch() {
  std::array<epoll_event, kEventsPerTurn> ready{};
  const int count = ::epoll_wait(epoll_.native_handle(), ready.data(), kEventsPerTurn, 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = ready[static_cast<size_t>(i)];
    events_.ready({event.data.fd, (event.events & EPOLLIN) != 0, (event.events & EPOLLOUT) != 0,
                   (event.events & (EPOLLERR | EPOLLHUP)) != 0});
  }
  if (count > 0) events_.turn_ended();
}

}  // namespace picket::http
