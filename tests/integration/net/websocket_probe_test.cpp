#include "agent/probe/websocket_probe.h"

#include "tests/integration/net/probe_world.h"
#include "tests/support/hostile_server.h"
#include "tests/support/npm_server.h"
#include "tests/support/websocket_accept.h"

namespace picket::agent {
namespace {

using namespace std::chrono_literals;
using test::HostileServer;
using test::kind_of;
using test::NpmServer;
using test::ProbeWorld;
using test::RawConnection;
using test::shown;

WebSocketAction to_path(int port, const std::string& path) {
  WebSocketAction action;
  action.url = "ws://shop.test:" + std::to_string(port) + path;
  return action;
}

struct NpmWorld : ProbeWorld {
  NpmServer server{directory.path(), "websocket.mjs"};

  ProbeOutcome ask(const std::string& path, std::vector<DialogueTurn> dialogue, int receive,
                   Nanos span = Seconds{5}) {
    WebSocketAction action = to_path(server.port(), path);
    action.dialogue = std::move(dialogue);
    action.receive = receive;
    return probe(run_websocket, std::move(action), span);
  }
};

TEST_CASE("a WebSocket opens, echoes and closes in order", "[probe][websocket]") {
  if (!test::has_npm_servers()) return;
  NpmWorld world;
  const ProbeOutcome outcome = world.ask("/echo?room=1", {{"", "hello"}}, 1);
  INFO((outcome.failure ? outcome.failure->message : ""));
  CHECK(kind_of(outcome.failure) == "none");
  CHECK(shown(outcome, "messages") == "[hello]");
  CHECK(shown(outcome, "close_code") == "1000");
  CHECK(shown(outcome, "subprotocol") == "absent");
  REQUIRE(outcome.hops.size() == 1);
  const Hop& hop = outcome.hops.front();
  CHECK(hop.request.method == "WS");
  CHECK(hop.exchange.status == 101);
  CHECK(hop.exchange.body == "hello");
  CHECK(hop.exchange.phases.wait > 0ns);
  CHECK(hop.exchange.phases.transfer > 0ns);
  CHECK(http::find_header(hop.exchange.headers, "upgrade") == "websocket");
}

TEST_CASE("a dialogue skips what it does not wait for", "[probe][websocket]") {
  if (!test::has_npm_servers()) return;
  NpmWorld world;
  const ProbeOutcome outcome =
      world.ask("/greet", {{"welcome", "one"}, {"", "two"}, {"^two$", "three"}}, 1);
  CHECK(kind_of(outcome.failure) == "none");
  CHECK(shown(outcome, "messages") == R"([{"type":"welcome"},one,two,three])");
  CHECK(outcome.hops.front().exchange.body == "three");
}

TEST_CASE("headers and subprotocols go with the handshake", "[probe][websocket]") {
  if (!test::has_npm_servers()) return;
  NpmWorld world;
  WebSocketAction action = to_path(world.server.port(), "/headers");
  action.headers = {{"X-Probe", "yes"}};
  action.subprotocols = {"v9.picket", "v2.picket"};
  action.receive = 1;
  const ProbeOutcome outcome = world.probe(run_websocket, action);
  CHECK(kind_of(outcome.failure) == "none");
  CHECK(shown(outcome, "subprotocol") == "v2.picket");
  const std::string& body = outcome.hops.front().exchange.body;
  CHECK_THAT(body, Catch::Contains(R"("x-probe":"yes")"));
  CHECK_THAT(body, Catch::Contains(R"("user-agent":"picket/test")"));
}

TEST_CASE("each way a WebSocket fails has its kind", "[probe][websocket]") {
  if (!test::has_npm_servers()) return;
  NpmWorld world;
  struct Row {
    const char* path;
    const char* kind;
    const char* words;
  };
  const Row rows[] = {
      {"/refuse?status=403", "websocket_handshake", "status 403"},
      {"/bad-accept", "websocket_handshake", ""},
      {"/hang", "timeout", ""},
      {"/silent", "timeout", "wanted message 1 of 1"},
      {"/close?after=0&code=4001&reason=full", "websocket_closed", "4001 (full)"},
      {"/drop", "websocket_closed", "1006"},
  };
  for (const Row& row : rows) {
    INFO(row.path);
    const MonoTime start = world.clock.now();
    const ProbeOutcome outcome = world.ask(row.path, {{"", "x"}}, 1, 500ms);
    REQUIRE(outcome.failure);
    CHECK(kind_of(outcome.failure) == row.kind);
    CHECK_THAT(outcome.failure->message, Catch::Contains(row.words));
    CHECK(world.clock.now() - start < 2s);
  }
}

TEST_CASE("a refused handshake is fine where an expectation judges it", "[probe][websocket]") {
  if (!test::has_npm_servers()) return;
  NpmWorld world;
  WebSocketAction action = to_path(world.server.port(), "/refuse?status=403");
  action.may_refuse = true;
  const ProbeOutcome outcome = world.probe(run_websocket, action);
  CHECK(kind_of(outcome.failure) == "none");
  CHECK(outcome.hops.front().exchange.status == 403);
  CHECK(outcome.hops.front().exchange.body == "no websocket here\n");
}

TEST_CASE("a message above the limit fails, and so does a deaf peer only by its time",
          "[probe][websocket]") {
  if (!test::has_npm_servers()) return;
  NpmWorld world;
  WebSocketAction action = to_path(world.server.port(), "/flood?count=3");
  action.dialogue = {{"", "go"}};
  action.receive = 3;
  CHECK(kind_of(world.probe(run_websocket, action).failure) == "none");
  action.message_bytes_max = 100;
  CHECK(kind_of(world.probe(run_websocket, action).failure) == "body_too_large");
  // It never answers our close: no failure, and no code.
  const ProbeOutcome deaf = world.ask("/deaf", {}, 0);
  CHECK(kind_of(deaf.failure) == "none");
  CHECK(shown(deaf, "close_code") == "absent");
}

TEST_CASE("wss is TLS first, with its verdict", "[probe][websocket]") {
  if (!test::has_npm_servers()) return;
  ProbeWorld world;
  const auto files = world.authority.issue({"shop", "DNS:shop.test", {}, {}, false});
  const NpmServer server(
      world.directory.path(), "websocket.mjs",
      R"({"protocols":["a"],"cert":")" + files.certificate + R"(","key":")" + files.key + "\"}");
  WebSocketAction action = to_path(server.port(), "/echo");
  action.url = "wss" + action.url.substr(2);
  action.dialogue = {{"", "secret"}};
  action.receive = 1;
  const ProbeOutcome outcome = world.probe(run_websocket, action);
  INFO((outcome.failure ? outcome.failure->message : ""));
  CHECK(kind_of(outcome.failure) == "none");
  CHECK(outcome.hops.front().exchange.body == "secret");
  CHECK(outcome.hops.front().exchange.phases.tls > 0ns);
  action.client.server_name = "other.test";
  CHECK(kind_of(world.probe(run_websocket, action).failure) == "tls_name_mismatch");
}

TEST_CASE("a server that speaks no HTTP, and a URL that is none", "[probe][websocket]") {
  ProbeWorld world;
  const HostileServer server([](RawConnection& peer) {
    peer.read_request();
    peer.send("220 mail.test ESMTP\r\n");
  });
  const auto garbage = world.probe(run_websocket, to_path(server.port(), "/"));
  CHECK(kind_of(garbage.failure) == "websocket_handshake");
  const HostileServer gone([](RawConnection& peer) { peer.read_request(); });
  CHECK(kind_of(world.probe(run_websocket, to_path(gone.port(), "/")).failure) ==
        "connection_closed");
  WebSocketAction wrong;
  wrong.url = "http://shop.test/";
  CHECK(kind_of(world.probe(run_websocket, wrong).failure) == "invalid_request");
  CHECK(kind_of(world.probe(run_websocket, to_path(test::unused_port(), "/")).failure) ==
        "connect_refused");
}

TEST_CASE("frames that are none are told as a broken protocol", "[probe][websocket]") {
  ProbeWorld world;
  const HostileServer server([](RawConnection& peer) {
    peer.send(test::websocket_opening(peer.read_request()));
    peer.send("\xff\x05hello");  // reserved bits and opcode 15
    peer.read_request();
  });
  WebSocketAction action = to_path(server.port(), "/");
  action.receive = 1;
  const ProbeOutcome outcome = world.probe(run_websocket, action);
  INFO((outcome.failure ? outcome.failure->message : ""));
  CHECK(kind_of(outcome.failure) == "websocket_protocol");
}

TEST_CASE("of large messages the first are kept", "[probe][websocket]") {
  ProbeWorld world;
  const std::string megabyte(1U << 20, 'm');
  const HostileServer server([&](RawConnection& peer) {
    peer.send(test::websocket_opening(peer.read_request()));
    for (int i = 0; i < 8; ++i) peer.send(std::string("\x81\x7f\0\0\0\0\0\x10\0\0", 10) + megabyte);
  });
  WebSocketAction action = to_path(server.port(), "/");
  action.receive = 8;
  const ProbeOutcome outcome = world.probe(run_websocket, action);
  CHECK(kind_of(outcome.failure) == "none");
  CHECK(outcome.facts.at("messages").values.size() == 4);
  REQUIRE(outcome.hops.size() == 1);
  CHECK(outcome.hops.front().exchange.body == megabyte);
  CHECK(outcome.hops.front().exchange.body_bytes == 8 * megabyte.size());
}

}  // namespace
}  // namespace picket::agent
