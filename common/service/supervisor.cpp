#include "common/service/supervisor.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "common/core/log.h"
#include "common/core/text.h"

namespace picket::service {
namespace {

constexpr timeval kSendLimit{1, 0};  // a manager that does not read must not stop the work

std::optional<std::uint64_t> number(const char* text) {
  if (text == nullptr) return std::nullopt;
  const std::string_view all{text};
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), value);
  if (error != std::errc{} || end != all.data() + all.size()) return std::nullopt;
  return value;
}

// "/path", or "@name" in the abstract name space; anything else is not ours to use.
bool is_address(std::string_view text) {
  return text.size() > 1 && text.size() < sizeof(sockaddr_un::sun_path) &&
         (text.front() == '/' || text.front() == '@');
}

}  // namespace

Supervisor::Supervisor(const std::function<const char*(const char*)>& variable) {
  if (const char* socket = variable("NOTIFY_SOCKET"); socket != nullptr && is_address(socket))
    socket_ = socket;
  const auto every = number(variable("WATCHDOG_USEC"));
  const auto pid = number(variable("WATCHDOG_PID"));
  const bool ours = !pid || *pid == static_cast<std::uint64_t>(::getpid());
  if (socket_.empty() || !ours || !every || *every < 2'000) return;
  watchdog_every_ = Millis{static_cast<std::int64_t>(*every / 2'000)};
}

Supervisor Supervisor::from_environment() {
  return Supervisor{[](const char* name) { return std::getenv(name); }};
}

void Supervisor::ready(std::string_view status) {
  status_ = clean_line(status);
  send("READY=1\nSTATUS=" + status_);
}

void Supervisor::reloading() { send("RELOADING=1"); }

void Supervisor::stopping(std::string_view status) {
  status_ = clean_line(status);
  send("STOPPING=1\nSTATUS=" + status_);
}

void Supervisor::status(std::string_view text) {
  std::string line = clean_line(text);
  if (line == status_) return;
  status_ = std::move(line);
  send("STATUS=" + status_);
}

void Supervisor::worked(MonoTime now) {
  if (!watchdog_every_ || (worked_ && now - *worked_ < *watchdog_every_)) return;
  worked_ = now;
  send("WATCHDOG=1");
}

void Supervisor::send(std::string_view text) const {
  if (socket_.empty()) return;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, socket_.data(), socket_.size());
  if (to.sun_path[0] == '@') to.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &kSendLimit, sizeof kSendLimit);
  const auto sent = ::sendto(fd, text.data(), text.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&to), length);
  if (sent < 0) log::debug("the service manager was not told", {{"socket", socket_}});
  ::close(fd);
}

}  // namespace picket::service
