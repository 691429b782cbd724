// Requests that wait to be sent, oldest first, within a bound of bytes: when it is full the oldest
// go, for the newest tell most, and they are counted. Plain value.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "controller/remote_write/write_request.h"

namespace picket::controller {

constexpr std::size_t kWriteQueueBytes = 16UL << 20;

class WriteQueue {
 public:
  explicit WriteQueue(std::size_t bytes_max = kWriteQueueBytes) : bytes_max_(bytes_max) {}

  void push(WriteRequest request) {
    bytes_ += request.body.size();
    waiting_.push_back(std::move(request));
    while (bytes_ > bytes_max_) dropped_ += take()->samples;
  }

  std::optional<WriteRequest> take() {
    if (waiting_.empty()) return std::nullopt;
    WriteRequest first = std::move(waiting_.front());
    waiting_.pop_front();
    bytes_ -= first.body.size();
    return first;
  }

  std::size_t bytes() const { return bytes_; }
  std::uint64_t dropped() const { return dropped_; }  // samples

 private:
  std::size_t bytes_max_;
  std::size_t bytes_{0};
  std::uint64_t dropped_{0};
  std::deque<WriteRequest> waiting_;
};

}  // namespace picket::controller
