#include "agent/probe/tcp_probe.h"

#include "tests/integration/net/probe_world.h"
#include "tests/support/tls_server.h"

namespace picket::agent {
namespace {

using namespace std::chrono_literals;
using test::HostileServer;
using test::kind_of;
using test::ProbeWorld;
using test::RawConnection;
using test::TlsPeer;
using test::TlsServer;

TcpAction to_port(int port) {
  TcpAction action;
  action.endpoint.target = "shop.test:" + std::to_string(port);
  return action;
}

TEST_CASE("a connection alone says and reads nothing", "[probe][tcp]") {
  ProbeWorld world;
  const HostileServer server([](RawConnection& peer) {
    peer.send("220 unasked\r\n");
    peer.hold();
  });
  const ProbeOutcome outcome = world.probe(run_tcp, to_port(server.port()));
  CHECK(kind_of(outcome.failure) == "none");
  REQUIRE(outcome.hops.size() == 1);
  const Hop& hop = outcome.hops.front();
  CHECK(hop.request.method == "TCP");
  CHECK(hop.request.url == "tcp://shop.test:" + std::to_string(server.port()));
  CHECK(hop.exchange.body.empty());
  CHECK(hop.exchange.phases.connect > 0ns);
  CHECK_THAT(hop.command, Catch::StartsWith("nc -v shop.test "));
}

TEST_CASE("a connection alone hears that its client certificate is missed", "[probe][tcp]") {
  ProbeWorld world;
  test::TlsServerOptions options{
      .files = world.authority.issue({"shop", "DNS:shop.test", {}, {}, false})};
  options.client_ca_file = world.authority.ca_file();
  const TlsServer server(options);
  TcpAction action = to_port(server.port());
  action.tls.emplace();
  CHECK(kind_of(world.probe(run_tcp, action).failure) == "tls_client_certificate");
  action.dialogue = {{"", "HELO\r\n"}};
  CHECK(kind_of(world.probe(run_tcp, action).failure) == "tls_client_certificate");
}

TEST_CASE("a dialogue waits and speaks in turn, and keeps all it heard", "[probe][tcp]") {
  ProbeWorld world;
  const HostileServer server([](RawConnection& peer) {
    peer.send("220 mail");
    peer.drip(".test\r\n", 1ms);
    if (peer.read_some() != "HELO probe\r\n") return;
    peer.send("250 hello\r\n");
    if (peer.read_some() == "QUIT\r\n") peer.send("221 bye\r\n");
  });
  TcpAction action = to_port(server.port());
  action.dialogue = {{"^220 .*\n", "HELO probe\r\n"}, {"^250", "QUIT\r\n"}};
  action.reading = Reading::all;
  const ProbeOutcome outcome = world.probe(run_tcp, action);
  INFO((outcome.failure ? outcome.failure->message : ""));
  CHECK(kind_of(outcome.failure) == "none");
  const http::Exchange& exchange = outcome.hops.front().exchange;
  CHECK(exchange.body == "220 mail.test\r\n250 hello\r\n221 bye\r\n");
  CHECK(exchange.body_bytes == exchange.body.size());
  CHECK(exchange.phases.wait > 0ns);
}

TEST_CASE("what is read last is a line, up to a pattern, or all", "[probe][tcp]") {
  ProbeWorld world;
  const HostileServer server([](RawConnection& peer) {
    if (peer.read_some() == "INFO\r\n") peer.drip("+OK\r\nuptime:5\r\nend\r\n", 1ms);
  });
  TcpAction action = to_port(server.port());
  action.dialogue = {{"", "INFO\r\n"}};
  action.reading = Reading::line;
  CHECK_THAT(world.probe(run_tcp, action).hops.front().exchange.body, Catch::StartsWith("+OK\r\n"));
  action.reading = Reading::until;
  action.until = "uptime:[0-9]";
  CHECK_THAT(world.probe(run_tcp, action).hops.front().exchange.body, Catch::Contains("uptime:5"));
  action.reading = Reading::all;
  CHECK(world.probe(run_tcp, action).hops.front().exchange.body == "+OK\r\nuptime:5\r\nend\r\n");
}

TEST_CASE("other words than the wanted ones, silence and an early end differ", "[probe][tcp]") {
  ProbeWorld world;
  const auto kind = [&](HostileServer::Behaviour behave) {
    const HostileServer server(std::move(behave));
    TcpAction action = to_port(server.port());
    action.dialogue = {{"^220 ", "QUIT\r\n"}};
    return world.probe(run_tcp, action, 300ms).failure;
  };
  const auto other = kind([](RawConnection& peer) {
    peer.send("554 go away\r\n");
    peer.hold();
  });
  CHECK(kind_of(other) == "tcp_unexpected");
  CHECK(other->message == "wanted a match of `^220`, got `554 go away`");
  CHECK(kind_of(kind([](RawConnection& peer) { peer.send("554 bye\r\n"); })) == "tcp_unexpected");
  CHECK(kind_of(kind([](RawConnection& peer) { peer.hold(); })) == "timeout");
  CHECK(kind_of(kind([](RawConnection&) {})) == "connection_closed");
  CHECK(kind_of(kind([](RawConnection& peer) { peer.reset(); })) == "connect_reset");
}

TEST_CASE("endless bytes end at the limit", "[probe][tcp]") {
  ProbeWorld world;
  const HostileServer server([](RawConnection& peer) {
    while (peer.send(std::string(4096, 'x'))) {
    }
  });
  TcpAction action = to_port(server.port());
  action.reading = Reading::line;
  action.receive_bytes_max = 10'000;
  const ProbeOutcome outcome = world.probe(run_tcp, action);
  CHECK(kind_of(outcome.failure) == "body_too_large");
  CHECK(outcome.hops.front().exchange.body.size() == 10'000);
}

TEST_CASE("TLS comes before the first word, with its verdict", "[probe][tcp]") {
  ProbeWorld world;
  const TlsServer server({.files = world.authority.issue({"shop", "DNS:shop.test", {}, {}, false})},
                         [](TlsPeer& peer) {
                           if (peer.read_some() == "PING\r\n") peer.send("+PONG\r\n");
                         });
  TcpAction action = to_port(server.port());
  action.tls.emplace();
  action.dialogue = {{"", "PING\r\n"}};
  action.reading = Reading::line;
  const ProbeOutcome outcome = world.probe(run_tcp, action);
  CHECK(kind_of(outcome.failure) == "none");
  CHECK(outcome.hops.front().exchange.body == "+PONG\r\n");
  CHECK(outcome.hops.front().exchange.phases.tls > 0ns);
  REQUIRE(outcome.hops.front().exchange.tls);
  action.tls->server_name = "other.test";
  CHECK(kind_of(world.probe(run_tcp, action).failure) == "tls_name_mismatch");
}

}  // namespace
}  // namespace picket::agent
