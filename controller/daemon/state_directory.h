// The controller's state directory as the daemon prepares it: its folders, the lock that keeps a
// second controller out, small private files. Blocking; used by app.* at the start.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "common/core/result.h"
#include "controller/health/health_judge.h"

namespace picket::controller {

// io: it cannot be made or written.
Status make_directories(const std::string& state_dir);

// Replaces the file in one step, mode 0600.
Status write_private(const std::string& path, const std::string& content);

// The token that changing routes ask for; made once, kept in state_dir/admin.token.
Result<std::string> admin_token(const std::string& state_dir);

std::optional<DiskSpace> disk_space(const std::string& path);

// Two controllers on one state directory would page twice and corrupt nothing but trust.
class StateLock {
 public:
  // conflict: another one has it.
  static Result<StateLock> take(const std::string& state_dir);
  StateLock(StateLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  StateLock& operator=(StateLock&&) = delete;
  ~StateLock();

 private:
  explicit StateLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace picket::controller
