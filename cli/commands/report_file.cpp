#include "cli/commands/report_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

namespace picket::cli {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t done = ::write(fd, content.data(), content.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

Status write_in_place(const std::string& path, std::string_view content) {
  Descriptor file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  if (file.get() < 0 || !write_all(file.get(), content) || !file.close())
    return fail(error_from_errno(errno, path));
  return {};
}

// 0666 less the umask, which can only be read by setting it.
mode_t mode_of_new_file() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

Status replace(const std::string& path, std::string_view content, mode_t mode) {
  std::string beside = path + ".XXXXXX";
  Descriptor file{::mkostemp(beside.data(), O_CLOEXEC)};
  if (file.get() < 0) return fail(error_from_errno(errno, path));
  const bool ok = write_all(file.get(), content) && ::fchmod(file.get(), mode) == 0 &&
                  ::fsync(file.get()) == 0 && file.close() &&
                  ::rename(beside.c_str(), path.c_str()) == 0;
  if (ok) return {};
  const int problem = errno;
  ::unlink(beside.c_str());
  return fail(error_from_errno(problem, path));
}

}  // namespace

Status write_file(const std::string& path, const std::string& content) {
  std::error_code ignored;
  const bool is_link = std::filesystem::is_symlink(path, ignored);
  const std::string target =
      is_link ? std::filesystem::weakly_canonical(path, ignored).string() : path;
  struct stat facts {};
  const bool exists = ::stat(target.c_str(), &facts) == 0;
  if (exists && !S_ISREG(facts.st_mode)) return write_in_place(target, content);
  return replace(target, content, exists ? facts.st_mode & 07777 : mode_of_new_file());
}

}  // namespace picket::cli
