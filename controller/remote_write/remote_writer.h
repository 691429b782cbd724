// Pushes the controller's metrics to a receiver of Prometheus' remote-write protocol 1.0. Two tasks
// on one executor: one collects at each interval, one sends. Owned by the controller. It takes no
// part in evaluation: what cannot be sent waits within a bound (write_queue.h) and is then dropped;
// text becomes protobuf on the pool's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "common/async/notice.h"
#include "common/async/offload.h"
#include "common/core/backoff.h"
#include "common/http/http_client.h"
#include "controller/remote_write/settings.h"
#include "controller/remote_write/write_queue.h"

namespace picket::controller {

// Samples since start; `up` while the newest request was taken.
struct RemoteWriteCounters {
  std::uint64_t sent{0};
  std::uint64_t failed{0};  // refused by the receiver
  std::uint64_t retries{0};
  std::uint64_t unreadable{0};  // lines
  bool up{false};
};

class RemoteWriter {
 public:
  struct Ports {
    async::Executor executor;
    async::Clock& clock;
    async::BlockingPool& pool;
    http::HttpClient& http;
  };
  RemoteWriter(Ports ports, RemoteWriteSettings settings, Random random);

  // The text to push, as a scrape would read it; set before collect_all().
  std::function<async::Task<std::string>()> read;

  async::Task<void> collect_all();  // until cancelled
  async::Task<void> send_all();     // until cancelled

  bool configured() const { return settings_.configured(); }
  const RemoteWriteCounters& counters() const { return counters_; }
  const WriteQueue& queue() const { return queue_; }

 private:
  enum class Answer { taken, refused, again };
  async::Task<void> collect();
  async::Task<void> send(WriteRequest request);
  async::Task<Answer> attempt(const WriteRequest& request, Millis& wait);
  http::Request request_of(const WriteRequest& request) const;
  void note(Answer answer, const WriteRequest& request, const std::string& why);

  Ports ports_;
  RemoteWriteSettings settings_;
  Backoff backoff_;
  WriteQueue queue_;
  SeriesNames series_;
  async::Notice waiting_;
  RemoteWriteCounters counters_;
};

}  // namespace picket::controller
