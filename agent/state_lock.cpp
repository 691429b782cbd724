#include "agent/state_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "common/core/log.h"
#include "common/core/text.h"

namespace picket::agent {

Result<StateLock> StateLock::take(Disk& disk, const std::string& state_dir) {
  if (auto made = disk.make_directory(state_dir); !made) return fail(made.error());
  const std::string path = state_dir + "/lock";
  StateLock lock{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (lock.fd_ < 0) return fail(error_from_errno(errno, "open " + path));
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorCode::conflict,
                "another agent works in " + state_dir + ", process " +
                    std::string(trim_ascii(disk.read(path).value_or("unknown"))),
                "give each agent a state_dir of its own");
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.fd_, 0) != 0 ||
      ::write(lock.fd_, pid.data(), pid.size()) != static_cast<ssize_t>(pid.size()))
    log::warn("lock file holds no process id", {{"path", path}});
  return lock;
}

StateLock::~StateLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace picket::agent
