#include "agent/net/connection.h"

#include "agent/net/dialer.h"
#include "tests/support/hostile_server.h"
#include "tests/support/websocket_accept.h"
#include "tests/unit/agent/net/net_world.h"

namespace picket::agent {
namespace {

using namespace std::chrono_literals;
using test::HostileServer;
using test::kind_of;
using test::NetWorld;
using test::RawConnection;

struct Link {
  NetWorld world;
  HostileServer server;
  std::unique_ptr<Connection> connection;

  explicit Link(HostileServer::Behaviour behaviour) : server(std::move(behaviour)) {
    auto dialed = world.run(world.dialer->dial(world.to("127.0.0.1", server.port())));
    connection = std::move(dialed.value().connection);
  }
  Received until(const std::string& delimiter, std::size_t most = 1000, Nanos span = Seconds{5}) {
    return *world.run(connection->read_until(delimiter, most, world.within(span)));
  }
  Received some(std::size_t most = 1000) {
    return *world.run(connection->read_some(most, world.within(Seconds{5})));
  }
};

TEST_CASE("what comes behind a delimiter stays for the next read", "[net]") {
  Link link([](RawConnection& peer) {
    peer.send("220 one\r\n250 two\r\nrest");
    peer.hold();
  });
  CHECK(link.until("\r\n").bytes == "220 one\r\n");
  CHECK(link.until("\r\n").bytes == "250 two\r\n");
  CHECK(link.some(2).bytes == "re");
  CHECK(link.some().bytes == "st");
}

TEST_CASE("a delimiter may come in pieces", "[net]") {
  Link link([](RawConnection& peer) { peer.drip("+OK ready\r\n", 2ms); });
  CHECK(link.until("\r\n").bytes == "+OK ready\r\n");
}

TEST_CASE("a peer that ends early gives what came, and says that it ended", "[net]") {
  Link link([](RawConnection& peer) { peer.send("half a li"); });
  const Received received = link.until("\n");
  CHECK(received.bytes == "half a li");
  CHECK(received.ended);
  CHECK(kind_of(received.failure) == "none");
}

TEST_CASE("a reset is a failure", "[net]") {
  Link link([](RawConnection& peer) {
    peer.read_some();
    peer.reset();
  });
  const auto written = link.world.run(link.connection->write("x", link.world.within(Seconds{5})));
  REQUIRE(written);
  CHECK(kind_of(*written) == "none");
  CHECK(kind_of(link.until("\n").failure) == "connect_reset");
}

TEST_CASE("bytes that are there do not win against a deadline that has passed", "[net]") {
  Link link([](RawConnection& peer) {
    peer.send("one\ntwo");
    peer.hold();
  });
  CHECK(link.some(2).bytes == "on");
  CHECK(link.connection->has_more());
  auto late = link.connection->read_some(2, link.world.within(0ms));
  CHECK(kind_of(link.world.run(std::move(late))->failure) == "timeout");
  CHECK(link.until("two").bytes == "e\ntwo");
  CHECK(!link.connection->has_more());
}

TEST_CASE("a WebSocket's read ends with its deadline under a flood of pings", "[net]") {
  Link link([](RawConnection& peer) {
    peer.send(test::websocket_opening(peer.read_request()));
    while (peer.send(std::string("\x89\0", 2))) peer.discard();
  });
  auto opening = link.connection->open_websocket({.host = "127.0.0.1", .target = "/"},
                                                 link.world.within(Seconds{5}));
  const auto answer = link.world.run(std::move(opening));
  REQUIRE(answer->socket);
  auto reading = answer->socket->read(link.world.within(50ms));
  CHECK(kind_of(link.world.run(std::move(reading))->failure) == "timeout");
}

TEST_CASE("silence ends with the deadline, endless bytes with the limit", "[net]") {
  Link silent([](RawConnection& peer) { peer.hold(); });
  CHECK(kind_of(silent.until("\n", 1000, 50ms).failure) == "timeout");
  Link endless([](RawConnection& peer) {
    while (peer.send(std::string(4096, 'x'))) {
    }
  });
  const Received received = endless.until("\n", 100'000);
  CHECK(kind_of(received.failure) == "body_too_large");
  CHECK(received.bytes.size() == 100'000);
}

TEST_CASE("a peer that never reads stops a writer at the deadline", "[net]") {
  Link link([](RawConnection& peer) { peer.hold(); });
  const auto written =
      link.world.run(link.connection->write(std::string(64 << 20, 'x'), link.world.within(100ms)));
  REQUIRE(written);
  CHECK(kind_of(*written) == "timeout");
}

}  // namespace
}  // namespace picket::agent
