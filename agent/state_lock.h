// Held for the life of the process: two agents on one state_dir would be one identity twice. The
// file holds the process id. Blocking; used by app.* at the start.
#pragma once

#include <string>
#include <utility>

#include "agent/spool/disk.h"
#include "common/core/result.h"

namespace picket::agent {

class StateLock {
 public:
  // Makes the directory. conflict: another agent works there.
  static Result<StateLock> take(Disk& disk, const std::string& state_dir);
  StateLock(StateLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  StateLock& operator=(StateLock&&) = delete;
  ~StateLock();

 private:
  explicit StateLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace picket::agent
