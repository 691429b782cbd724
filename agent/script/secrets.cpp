#include "agent/script/secrets.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "common/core/text.h"

namespace picket::agent {
namespace {

std::optional<std::string> from_process(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string{value};
}

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> missing(const std::string& name, const std::string& why) {
  return fail(ErrorCode::secret_missing, fmt::format("secret {}: {}", name, why));
}

// At most kSecretBytesMax + 1 bytes, so that the caller sees when it is too large.
std::optional<std::string> read_start(int fd) {
  std::string content(kSecretBytesMax + 1, '\0');
  std::size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t got = ::read(fd, content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  content.resize(filled);
  return content;
}

// Nothing: the directory does not have it. O_NONBLOCK: a fifo must not stop the agent.
Result<std::optional<std::string>> from_directory(const std::string& directory,
                                                  const std::string& name) {
  const std::string path = directory + "/" + name;
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.get() < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (file.get() < 0) return missing(name, fmt::format("{} cannot be opened", path));
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode))
    return missing(name, fmt::format("{} is not a regular file", path));
  auto content = read_start(file.get());
  if (!content) return missing(name, fmt::format("{} cannot be read", path));
  return content;
}

Result<std::string> checked(const std::string& name, std::string value) {
  if (value.ends_with('\n')) value.pop_back();
  if (value.ends_with('\r')) value.pop_back();
  if (value.empty()) return missing(name, "its value is empty");
  if (value.size() > kSecretBytesMax) return missing(name, "its value is larger than 64 KiB");
  return value;
}

}  // namespace

LocalSecrets::LocalSecrets(SecretLocations locations) { set_locations(std::move(locations)); }

void LocalSecrets::set_locations(SecretLocations locations) {
  locations_ = std::move(locations);
  if (!locations_.environment) locations_.environment = from_process;
  const auto credentials = locations_.environment("CREDENTIALS_DIRECTORY");
  if (credentials && !credentials->empty())
    locations_.directories.insert(locations_.directories.begin(), *credentials);
}

Result<std::string> LocalSecrets::get(const std::string& name) {
  if (!is_name(name))
    return fail(ErrorCode::secret_missing,
                fmt::format("secret {}: a name has letters, digits, _ and - only",
                            cut_utf8(clean_line(name), 60)));
  for (const std::string& directory : locations_.directories) {
    auto found = from_directory(directory, name);
    if (!found) return fail(std::move(found.error()));
    if (*found) return checked(name, std::move(**found));
  }
  const std::string variable = locations_.environment_prefix + name;
  if (auto value = locations_.environment(variable)) return checked(name, std::move(*value));
  return fail(
      ErrorCode::secret_missing, fmt::format("secret {} does not exist here", name),
      fmt::format("put it into a file {} of the secrets directory, or set {}", name, variable));
}

}  // namespace picket::agent
