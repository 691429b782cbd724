#include "common/async/turn_guard.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <ctime>
#include <thread>

namespace picket::async {
namespace {

struct SocketPair {
  SocketPair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0); }
  ~SocketPair() {
    for (const int end : ends) ::close(end);
  }
  std::array<int, 2> ends{};
};

// As a library that reads until there is nothing left: returns how the reading ended.
ssize_t read_all(int socket) {
  std::array<char, 512> buffer{};
  ssize_t got = 0;
  do got = ::read(socket, buffer.data(), buffer.size());
  while (got > 0);
  return got;
}

TEST_CASE("a turn on a socket that is never empty is ended", "[turn_guard]") {
  SocketPair sockets;
  std::thread flood([&] {
    const std::array<char, 512> block{};
    while (::send(sockets.ends[1], block.data(), block.size(), MSG_NOSIGNAL) > 0) {
    }
  });
  TurnGuard guard;
  guard.start();
  guard.begin(sockets.ends[0]);
  CHECK(read_all(sockets.ends[0]) == 0);
  CHECK(guard.end());
  flood.join();
}

TEST_CASE("a turn that waits is not ended, however long", "[turn_guard]") {
  SocketPair sockets;
  TurnGuard guard;
  guard.start();
  guard.begin(sockets.ends[0]);
  pollfd waiting{sockets.ends[0], POLLIN, 0};
  CHECK(::poll(&waiting, 1, 400) == 0);  // a shut down socket would be readable
  CHECK_FALSE(guard.end());
}

TEST_CASE("many short turns are not one long one", "[turn_guard]") {
  SocketPair sockets;
  TurnGuard guard;
  guard.start();
  const auto used = [] { return ::clock(); };
  const auto begin = used();
  bool ended = false;
  while (used() - begin < CLOCKS_PER_SEC / 2) {
    guard.begin(sockets.ends[0]);
    const auto turn = used();
    while (used() - turn < CLOCKS_PER_SEC / 100) {
    }
    ended = guard.end() || ended;
  }
  CHECK_FALSE(ended);
}

TEST_CASE("a guard that never started ends", "[turn_guard]") {
  TurnGuard guard;
  guard.begin(-1);
  CHECK_FALSE(guard.end());
}

}  // namespace
}  // namespace picket::async
