// Ends a turn of the loop that a peer holds for ever: a library that reads a socket until it is
// empty (libcurl 7.88, frames of HTTP/2 that carry nothing) never comes back from one that is never
// empty. A thread of its own looks at turns on sockets and shuts down the socket of one that has
// used more CPU without progress than any honest answer needs. It measures CPU, not time: a busy
// machine ends nothing. Looks only between start() and stop(); the first start() makes the thread.
#pragma once

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "common/core/time.h"

namespace picket::async {

class TurnGuard {
 public:
  // Between two signs of progress. An honest turn takes a few milliseconds, a signature with a key
  // of 8,192 bits some fifty.
  static constexpr Millis kCpuMax{100};

  TurnGuard() = default;
  ~TurnGuard();
  TurnGuard(const TurnGuard&) = delete;
  TurnGuard& operator=(const TurnGuard&) = delete;

  void start();
  void stop();

  // Around a turn in the library, on one thread at a time. end(): whether the socket was shut down
  // meanwhile. The library may close the socket within the turn.
  void begin(int socket);
  bool end();
  // Within a turn: something has come of it, the count begins anew.
  void progress() { turn_.fetch_add(1, std::memory_order_relaxed); }

 private:
  void look();

  std::atomic<std::uint64_t> turn_{0};  // counts turns and signs of progress
  std::mutex mutex_;                    // everything below
  std::condition_variable changed_;
  std::thread thread_;
  bool looking_{false};
  bool over_{false};
  pthread_t looped_{};  // the thread of the turn
  int socket_{-1};      // of the turn under way
  bool shut_{false};    // by us, in this turn
};

}  // namespace picket::async
