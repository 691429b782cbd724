// Tells the service manager how the daemon is doing: systemd's protocol of `Type=notify` and of
// the watchdog, sd_notify(3). Without NOTIFY_SOCKET every call does nothing. Owned by app.*, one
// thread.
// It never decides whether the daemon is well: whoever knows that calls.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/time.h"

namespace picket::service {

class Supervisor {
 public:
  // Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID through `variable`, which gives nullptr for
  // one that is not set.
  explicit Supervisor(const std::function<const char*(const char*)>& variable);
  static Supervisor from_environment();

  // The start, or a reload, is over.
  void ready(std::string_view status);
  void reloading();
  void stopping(std::string_view status);
  // One line for people, in `systemctl status`; sent when it differs from the last one.
  void status(std::string_view text);

  // How often the manager wants to hear of work: half of what it waits for. Nothing: no watchdog.
  std::optional<Millis> watchdog_every() const { return watchdog_every_; }

  // To be called by the loop that does the work, in each pass and at least as often as
  // watchdog_every() says. Sends at most once in that time.
  void worked(MonoTime now);

 private:
  void send(std::string_view text) const;

  std::string socket_;  // empty: nobody listens
  std::string status_;
  std::optional<Millis> watchdog_every_;
  std::optional<MonoTime> worked_;
};

}  // namespace picket::service
