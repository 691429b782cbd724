#include "controller/daemon/state_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/core/secure_random.h"
#include "common/core/text.h"

namespace picket::controller {

namespace fs = std::filesystem;

Status write_private(const std::string& path, const std::string& content) {
  const int fd = ::open((path + ".new").c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) return fail(error_from_errno(errno, path));
  const bool ok =
      ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
      ::fsync(fd) == 0;
  const int problem = errno;
  ::close(fd);
  if (!ok) return fail(error_from_errno(problem, path));
  if (::rename((path + ".new").c_str(), path.c_str()) != 0)
    return fail(error_from_errno(errno, path));
  return {};
}

Result<std::string> admin_token(const std::string& state_dir) {
  const std::string path = state_dir + "/admin.token";
  std::ifstream in{path};
  std::stringstream text;
  text << in.rdbuf();
  std::string token{trim_ascii(text.str())};
  if (token.size() >= 32) return token;
  token = secure_random_hex(32);
  if (auto written = write_private(path, token + "\n"); !written)
    return fail(std::move(written.error()));
  return token;
}

Result<StateLock> StateLock::take(const std::string& state_dir) {
  const std::string path = state_dir + "/lock";
  const int fd = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) return fail(error_from_errno(errno, path));
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return StateLock{fd};
  ::close(fd);
  return fail(ErrorCode::conflict, state_dir + " is in use by another controller",
              "stop it, or give this one a state_dir of its own");
}

StateLock::~StateLock() {
  if (fd_ >= 0) ::close(fd_);
}

Status make_directories(const std::string& state_dir) {
  for (const char* part : {"", "/run", "/backups"}) {
    std::error_code error;
    fs::create_directories(state_dir + part, error);
    if (error)
      return fail(ErrorCode::io, fmt::format("{}{}: {}", state_dir, part, error.message()),
                  "state_dir must be writable by the controller");
  }
  ::chmod(state_dir.c_str(), 0700);
  return {};
}

std::optional<DiskSpace> disk_space(const std::string& path) {
  struct statvfs found {};
  if (::statvfs(path.c_str(), &found) != 0) return std::nullopt;
  const std::uint64_t block = found.f_frsize;
  return DiskSpace{path, found.f_blocks * block, found.f_bavail * block};
}

}  // namespace picket::controller
