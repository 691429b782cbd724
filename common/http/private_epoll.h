// The descriptors of a C library (curl, c-ares) and its one timer, behind one epoll descriptor of
// ours on the executor: one Asio registration instead of one per socket. Never owns or closes the
// library's descriptors. Owned by the library's driver; one executor. Holds the executor's work
// only between start() and stop().
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "common/async/clock.h"
#include "common/core/result.h"

namespace picket::http {

class PrivateEpoll {
 public:
  struct Ready {
    int descriptor;
    bool readable;
    bool writable;
    bool failed;
  };
  struct Events {
    std::function<void(Ready)> ready;  // for each ready descriptor
    std::function<void()> timer;       // the armed time has come
    std::function<void()> turn_ended;  // after either of them
  };

  // resource_exhausted: no descriptor left.
  static Result<std::unique_ptr<PrivateEpoll>> create(async::Executor executor, async::Clock& clock,
                                                      Events events);
  ~PrivateEpoll();  // no event afterwards, also not one that is under way
  PrivateEpoll(const PrivateEpoll&) = delete;
  PrivateEpoll& operator=(const PrivateEpoll&) = delete;

  void watch(int descriptor, bool read, bool write);
  void forget(int descriptor);

  // Replaces the armed time.
  void arm(Nanos from_now);
  void disarm();

  void start();  // wait for descriptors
  void stop();   // neither descriptors nor timer are waited for

 private:
  PrivateEpoll(async::Executor executor, async::Clock& clock, int descriptor, Events events);
  void wait();
  void dispatch();
  void post_due();
  void set_timer(MonoTime at);
  void fire_if_due();

  async::Clock& clock_;
  Events events_;
  boost::asio::posix::stream_descriptor epoll_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<int> alive_{std::make_shared<int>()};  // handlers outlive this object
  std::optional<MonoTime> due_;                          // as armed
  std::optional<MonoTime> timer_set_;  // not later than due_: libraries move that all the time
  bool posted_{false};
  bool started_{false};
  bool waiting_{false};
};

}  // namespace picket::http
