#include "controller/reload/checks_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "common/core/error.h"

namespace picket::controller {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStagedPrefix = ".picket-staged-";

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Status sync_directory(const fs::path& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0)
    return fail(error_from_errno(errno, path.string()));
  return {};
}

Status write_file(const fs::path& path, const std::string& text) {
  const Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (file.get() < 0) return fail(error_from_errno(errno, path.string()));
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t wrote = ::write(file.get(), text.data() + done, text.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return fail(error_from_errno(wrote < 0 ? errno : EIO, path.string()));
    done += static_cast<std::size_t>(wrote);
  }
  if (::fsync(file.get()) != 0) return fail(error_from_errno(errno, path.string()));
  return {};
}

Status sync_tree(const fs::path& root) {
  std::error_code error;
  for (fs::recursive_directory_iterator walk(root, error), end; walk != end && !error;
       walk.increment(error))
    if (walk->is_directory() && !walk->is_symlink())
      if (Status done = sync_directory(walk->path()); !done) return done;
  if (error) return fail(error_from_errno(error.value(), root.string()));
  return sync_directory(root);
}

// What is no check file moves along: a README, certificates that checks name.
Status copy_others(const fs::path& from, const fs::path& to) {
  std::error_code error;
  for (fs::recursive_directory_iterator walk(from, error), end; walk != end && !error;
       walk.increment(error)) {
    if (walk->path().string().ends_with(".check.yaml") || walk->is_directory()) continue;
    const fs::path target = to / walk->path().lexically_relative(from);
    fs::create_directories(target.parent_path(), error);
    if (!error) fs::copy(walk->path(), target, fs::copy_options::copy_symlinks, error);
    if (error) break;
  }
  if (error) return fail(error_from_errno(error.value(), from.string()));
  return {};
}

// Without a trailing slash, which would hide a link.
fs::path plain(const std::string& path) {
  fs::path out = fs::absolute(path).lexically_normal();
  return out.has_filename() ? out : out.parent_path();
}

Status managed(const fs::path& path, const std::string& what, std::string instead) {
  return fail(ErrorCode::conflict, fmt::format("{} is {}", path.string(), what),
              std::move(instead));
}

}  // namespace

Status ChecksDirectory::replaceable() const {
  const fs::path path = plain(path_);
  std::error_code error;
  if (fs::is_symlink(path, error))
    return managed(path, "a link: something else decides where it leads",
                   "change what it follows (git-sync, a release directory), then `picket reload`");
  if (!fs::is_directory(path, error))
    return fail(ErrorCode::not_found, path.string() + " is no directory", "make it: mkdir");
  if (fs::exists(path / "..data", error))
    return managed(path, "a mounted ConfigMap", "change the ConfigMap: it is seen by itself");
  for (fs::path up = path; up != up.root_path(); up = up.parent_path())
    if (fs::exists(up / ".git", error))
      return managed(path, "in the git checkout " + up.string(),
                     "commit there and pull: it is seen by itself");
  struct stat own {};
  struct stat parent {};
  if (::stat(path.c_str(), &own) != 0 || ::stat(path.parent_path().c_str(), &parent) != 0)
    return fail(error_from_errno(errno, path.string()));
  if (own.st_dev != parent.st_dev)
    return managed(path, "a mount point", "let checks_dir be a directory below the mount");
  if (::access(path.parent_path().c_str(), W_OK | X_OK) != 0)
    return fail(ErrorCode::conflict,
                fmt::format("the controller may not write in {}", path.parent_path().string()),
                "give it a checks_dir of its own, in a directory that it may write");
  return {};
}

Result<std::string> ChecksDirectory::stage(const checks::FileSet& files) const {
  const fs::path path = plain(path_);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path.parent_path(), error))
    if (entry.path().filename().string().starts_with(kStagedPrefix + path.filename().string()))
      discard(entry.path().string());
  std::string staged =
      (path.parent_path() / (kStagedPrefix + path.filename().string() + "-XXXXXX")).string();
  if (::mkdtemp(staged.data()) == nullptr) return fail(error_from_errno(errno, staged));
  const auto fill = [&]() -> Status {
    struct stat own {};
    if (::stat(path.c_str(), &own) != 0 || ::chmod(staged.c_str(), own.st_mode & 07777) != 0)
      return fail(error_from_errno(errno, path.string()));
    if (Status done = copy_others(path, staged); !done) return done;
    for (const checks::FileText& file : files) {
      const fs::path target = fs::path(staged) / file.path;
      fs::create_directories(target.parent_path(), error);
      if (error) return fail(error_from_errno(error.value(), target.string()));
      if (Status done = write_file(target, file.text); !done) return done;
    }
    return sync_tree(staged);
  };
  if (Status done = fill(); !done) {
    discard(staged);
    return fail(std::move(done.error()));
  }
  return staged;
}

Status ChecksDirectory::activate(const std::string& staged) const {
  const fs::path path = plain(path_);
  if (::renameat2(AT_FDCWD, staged.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) != 0) {
    const int error = errno;
    discard(staged);
    if (error == EINVAL || error == ENOSYS)
      return managed(path, "on a file system that cannot exchange two directories",
                     "move checks_dir to a local file system");
    return fail(error_from_errno(error, path.string()));
  }
  if (Status done = sync_directory(path.parent_path()); !done) return done;
  discard(staged);  // the old one stands there now
  return {};
}

void ChecksDirectory::discard(const std::string& staged) const {
  std::error_code ignored;
  fs::remove_all(staged, ignored);
}

}  // namespace picket::controller
