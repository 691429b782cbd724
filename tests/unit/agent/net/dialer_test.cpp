#include "agent/net/dialer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <iostream>

#include "tests/support/hostile_server.h"
#include "tests/support/net_namespace.h"
#include "tests/unit/agent/net/net_world.h"

namespace picket::agent {
namespace {

using namespace std::chrono_literals;
using test::HostileServer;
using test::kind_of;
using test::NetNamespace;
using test::NetWorld;
using test::RawConnection;

TEST_CASE("a name is resolved and connected to, with both phases", "[net][dial]") {
  NetWorld world;
  HostileServer server([](RawConnection& peer) { peer.hold(); });
  const auto dialed = world.run(world.dialer->dial(world.to("shop.test", server.port())));
  REQUIRE(dialed);
  REQUIRE(dialed->connection);
  CHECK(kind_of(dialed->exchange.failure) == "none");
  CHECK(dialed->exchange.phases.dns > 0ns);
  CHECK(dialed->exchange.phases.connect > 0ns);
  CHECK(dialed->exchange.resolved_addresses == std::vector<std::string>{"127.0.0.1"});
  CHECK(dialed->exchange.remote_address == "127.0.0.1:" + std::to_string(server.port()));
  CHECK(dialed->connection->remote() == dialed->exchange.remote_address);
  CHECK_FALSE(dialed->exchange.dns_server.empty());
  CHECK(dialed->failed.empty());
}

TEST_CASE("each way not to connect has its kind", "[net][dial]") {
  NetWorld world;
  const int closed = test::unused_port();
  struct Row {
    const char* host;
    const char* kind;
  };
  for (const Row& row :
       {Row{"127.0.0.1", "connect_refused"}, Row{"nowhere.example", "dns_nxdomain"},
        Row{"metadata.test", "blocked_address"}, Row{"169.254.169.254", "blocked_address"}}) {
    INFO(row.host);
    const auto dialed = world.run(world.dialer->dial(world.to(row.host, closed)));
    REQUIRE(dialed);
    CHECK(kind_of(dialed->exchange.failure) == row.kind);
    CHECK_FALSE(dialed->connection);
  }
}

// A listener whose queue is full: the kernel drops further SYNs.
class FullListener {
 public:
  FullListener() {
    listen_on_free_port();
    for (int& filler : fillers_) {
      filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      ::connect(filler, reinterpret_cast<sockaddr*>(&address_), sizeof address_);
    }
  }
  ~FullListener() {
    for (const int filler : fillers_) ::close(filler);
    ::close(listener_);
  }
  int port() const { return ntohs(address_.sin_port); }

 private:
  void listen_on_free_port() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address_), size) == 0);
    REQUIRE(::listen(listener_, 0) == 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address_), &size);
  }
  int listener_{-1};
  sockaddr_in address_{};
  std::array<int, 4> fillers_{};
};

TEST_CASE("a host that does not answer is a connect_timeout", "[net][dial]") {
  NetWorld world;
  const FullListener full;
  DialOptions options = world.to("127.0.0.1", full.port());
  options.connect_timeout = 100ms;
  const auto dialed = world.run(world.dialer->dial(options));
  REQUIRE(dialed);
  CHECK(kind_of(dialed->exchange.failure) == "connect_timeout");
  CHECK(dialed->exchange.phases.connect >= 100ms);
  CHECK(dialed->exchange.phases.connect < 1s);
}

TEST_CASE("addresses are tried in order, and each dead one is recorded", "[net][dial]") {
  NetWorld world;
  HostileServer server([](RawConnection& peer) { peer.hold(); });
  const std::string port = std::to_string(server.port());
  const auto dialed = world.run(world.dialer->dial(world.to("dead-first.test", server.port())));
  REQUIRE(dialed);
  REQUIRE(dialed->connection);
  CHECK(dialed->exchange.remote_address == "127.0.0.1:" + port);
  REQUIRE(dialed->failed.size() == 1);
  CHECK(dialed->failed[0].address == "127.0.0.2:" + port);
  CHECK(dialed->failed[0].failure.kind == FailureKind::connect_refused);
  const auto none = world.run(world.dialer->dial(world.to("dead.test", server.port())));
  REQUIRE(none);
  CHECK(kind_of(none->exchange.failure) == "connect_refused");
  CHECK_THAT(none->exchange.failure->message, Catch::Contains("the last of 2 addresses tried"));
}

std::string dial_without_ipv6(std::string host, int port) {
  NetWorld world;
  DialOptions options = world.to(std::move(host), port);
  const auto dialed = world.run(world.dialer->dial(std::move(options)));
  if (!dialed) return render(dialed.error());
  const std::size_t dead = dialed->failed.size();
  return kind_of(dialed->exchange.failure) + ", " + std::to_string(dead) + " dead";
}

TEST_CASE("an agent without IPv6 still measures what has both", "[net][dial]") {
  if (!NetNamespace::available()) {
    std::cout << "SKIPPED: no-ipv6: making a network namespace needs root\n";
    return;
  }
  const NetNamespace network;
  network.set("ipv6/conf/all/disable_ipv6", "1");
  CHECK(network.run([] {
    HostileServer server([](RawConnection& peer) { peer.hold(); });
    return dial_without_ipv6("dual.test", server.port());
  }) == "none, 1 dead");
  const auto refused = [] { return dial_without_ipv6("dual.test", test::unused_port()); };
  CHECK(network.run(refused) == "connect_refused, 2 dead");
  const auto v6_only = [] { return dial_without_ipv6("::1", test::unused_port()); };
  CHECK(network.run(v6_only) == "connect_unreachable, 1 dead");
}

TEST_CASE("a pinned address is connected to whatever the name says", "[net][dial]") {
  NetWorld world;
  HostileServer server([](RawConnection& peer) { peer.hold(); });
  DialOptions options = world.to("nowhere.example", server.port());
  options.address = "127.0.0.1";
  const auto dialed = world.run(world.dialer->dial(options));
  REQUIRE(dialed);
  CHECK(dialed->connection);
  CHECK(dialed->exchange.phases.dns == 0ns);
  options.address = "169.254.169.254";
  const auto blocked = world.run(world.dialer->dial(options));
  CHECK(kind_of(blocked->exchange.failure) == "blocked_address");
}

TEST_CASE("running out of descriptors is our own error", "[net][dial]") {
  NetWorld world;
  HostileServer server([](RawConnection& peer) { peer.hold(); });
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  rlimit low = old;
  low.rlim_cur = 3;  // below what is open
  ::setrlimit(RLIMIT_NOFILE, &low);
  const auto dialed = world.run(world.dialer->dial(world.to("127.0.0.1", server.port())));
  ::setrlimit(RLIMIT_NOFILE, &old);
  REQUIRE_FALSE(dialed);
  CHECK(dialed.error().code == ErrorCode::resource_exhausted);
}

async::Task<void> dial_and_mark(NetWorld& world, DialOptions options, bool& ended) {
  try {
    const auto dialed = co_await world.dialer->dial(std::move(options));
    ended = dialed.has_value();
  } catch (const boost::system::system_error&) {
  }
}

TEST_CASE("a dial that is cancelled ends at once and leaves nothing", "[net][dial]") {
  NetWorld world;
  const FullListener full;
  DialOptions options = world.to("127.0.0.1", full.port(), Seconds{60});
  options.connect_timeout = Seconds{60};
  bool ended = false;
  async::TaskGroup group{world.io.get_executor()};
  group.spawn("dial", dial_and_mark(world, std::move(options), ended));
  world.io.poll();
  REQUIRE(group.size() == 1);
  group.cancel_all();
  world.io.run();
  CHECK(group.size() == 0);
  CHECK_FALSE(ended);
}

}  // namespace
}  // namespace picket::agent
