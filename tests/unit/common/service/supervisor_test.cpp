#include "common/service/supervisor.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <vector>

#include "tests/support/temp_dir.h"

using namespace picket;
using namespace picket::service;

namespace {

// What systemd would be: a datagram socket and the variables that name it.
class Manager {
 public:
  Manager() {
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    variables["NOTIFY_SOCKET"] = folder_.file("notify");
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::strncpy(at.sun_path, variables["NOTIFY_SOCKET"].c_str(), sizeof at.sun_path - 1);
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  }
  Manager(const Manager&) = delete;
  ~Manager() { ::close(fd_); }

  Supervisor client() const {
    return Supervisor{[this](const char* name) -> const char* {
      const auto found = variables.find(name);
      return found == variables.end() ? nullptr : found->second.c_str();
    }};
  }
  std::vector<std::string> heard() const {
    std::vector<std::string> out;
    char buffer[512];
    for (ssize_t n; (n = ::recv(fd_, buffer, sizeof buffer, 0)) >= 0;)
      out.emplace_back(buffer, static_cast<std::size_t>(n));
    return out;
  }

  std::map<std::string, std::string> variables;

 private:
  test::TempDir folder_;
  int fd_{-1};
};

MonoTime at(int ms) { return MonoTime{Millis{ms}}; }

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("states are told in systemd's words, a status only when it changes", "[service]") {
  Manager manager;
  Supervisor client = manager.client();
  client.ready("12 checks");
  client.status("12 checks");
  client.status("13 checks\nREADY=1");
  client.stopping("draining");
  const Told heard = manager.heard();
  REQUIRE(heard.size() == 3);
  CHECK(heard[0] == "READY=1\nSTATUS=12 checks");
  CHECK(heard[1].starts_with("STATUS=13 checks"));
  CHECK(heard[1].find('\n') == std::string::npos);  // no second assignment from a text
  CHECK(heard[2] == "STOPPING=1\nSTATUS=draining");
  client.reloading();
  CHECK(manager.heard() == Told{"RELOADING=1"});
}

TEST_CASE("work is told once in half of the watchdog's time", "[service]") {
  Manager manager;
  manager.variables["WATCHDOG_USEC"] = "60000000";
  manager.variables["WATCHDOG_PID"] = std::to_string(::getpid());
  Supervisor client = manager.client();
  REQUIRE(client.watchdog_every() == Millis{30'000});
  for (const int ms : {0, 1, 29'999, 30'000, 30'001}) client.worked(at(ms));
  CHECK(manager.heard() == Told{"WATCHDOG=1", "WATCHDOG=1"});
}

TEST_CASE("a watchdog of another process, or none, is not ours", "[service]") {
  Manager manager;
  Supervisor none = manager.client();
  manager.variables["WATCHDOG_USEC"] = "60000000";
  manager.variables["WATCHDOG_PID"] = "1";
  Supervisor other = manager.client();
  manager.variables["WATCHDOG_PID"] = std::to_string(::getpid());
  manager.variables["WATCHDOG_USEC"] = "soon";
  Supervisor broken = manager.client();
  for (Supervisor* client : {&none, &other, &broken}) {
    CHECK_FALSE(client->watchdog_every());
    client->worked(at(0));
  }
  CHECK(manager.heard().empty());
}

TEST_CASE("without a service manager nothing happens", "[service]") {
  Manager manager;
  const std::string socket = manager.variables["NOTIFY_SOCKET"];
  for (const std::string& name : {std::string{}, std::string{"relative"}, std::string(200, '/')}) {
    manager.variables["NOTIFY_SOCKET"] = name;
    manager.client().ready("x");
  }
  manager.variables["NOTIFY_SOCKET"] = socket + ".gone";
  manager.client().ready("x");
  CHECK(manager.heard().empty());
}
