#include "agent/spool/real_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace picket::agent {
namespace {

tl::unexpected<Error> failed(std::string_view verb, const std::string& path) {
  const int reason = errno;
  Error error = error_from_errno(reason, std::string(verb) + " " + path);
  if (reason == ENOENT) error.code = ErrorCode::not_found;
  if (reason == EACCES || reason == EPERM)
    error.hint = "the agent's user must be able to read and write there";
  if (reason == EROFS) error.hint = "the file system is mounted read-only";
  if (reason == ENOSPC || reason == EDQUOT) error.hint = "free space, or lower spool.max_bytes";
  return tl::unexpected<Error>(std::move(error));
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  bool open() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

class RealDisk final : public Disk {
 public:
  Status make_directory(const std::string& path) override {
    std::filesystem::path made;
    for (const auto& part : std::filesystem::path(path)) {
      made /= part;
      if (::mkdir(made.c_str(), 0700) == 0 || errno == EEXIST) continue;
      struct stat info {};
      if (::stat(made.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) continue;
      return failed("create directory", made.string());
    }
    if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) return failed("write to", path);
    return {};
  }

  Result<std::vector<std::string>> list(const std::string& directory) override {
    DIR* stream = ::opendir(directory.c_str());
    if (stream == nullptr) return failed("list", directory);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream)) names.emplace_back(entry->d_name);
    ::closedir(stream);
    std::erase_if(names, [](const std::string& name) { return name == "." || name == ".."; });
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::string> read(const std::string& path) override {
    const Descriptor file(path, O_RDONLY);
    if (!file.open()) return failed("open", path);
    std::string out;
    char buffer[64 * 1024];
    while (true) {
      const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed("read", path);
      if (got == 0) return out;
      out.append(buffer, static_cast<std::size_t>(got));
    }
  }

  Result<std::uint64_t> size(const std::string& path) override {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return failed("look at", path);
    return static_cast<std::uint64_t>(info.st_size);
  }

  Status append(const std::string& path, std::string_view bytes) override {
    const Descriptor file(path, O_WRONLY | O_CREAT | O_APPEND);
    if (!file.open()) return failed("open", path);
    while (!bytes.empty()) {
      const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return failed("write", path);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  Status truncate(const std::string& path, std::uint64_t size) override {
    if (::truncate(path.c_str(), static_cast<off_t>(size)) != 0) return failed("truncate", path);
    return {};
  }

  Status sync(const std::string& path) override {
    const Descriptor file(path, O_WRONLY);
    if (!file.open()) return failed("open", path);
    if (::fdatasync(file.get()) != 0) return failed("sync", path);
    return {};
  }

  Status sync_directory(const std::string& path) override {
    const Descriptor directory(path, O_RDONLY | O_DIRECTORY);
    if (!directory.open()) return failed("open", path);
    if (::fsync(directory.get()) != 0) return failed("sync", path);
    return {};
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (std::rename(from.c_str(), to.c_str()) != 0) return failed("rename", from);
    return {};
  }

  Status remove(const std::string& path) override {
    if (std::remove(path.c_str()) != 0 && errno != ENOENT) return failed("remove", path);
    return {};
  }
};

}  // namespace

std::unique_ptr<Disk> create_real_disk() { return std::make_unique<RealDisk>(); }

}  // namespace picket::agent
