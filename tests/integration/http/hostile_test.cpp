#include <sys/resource.h>

#include <string>

#include "tests/integration/http/client_fixture.h"
#include "tests/support/hostile_server.h"

namespace picket {
namespace {

using namespace std::chrono_literals;
using test::ClientFixture;
using test::HostileServer;
using test::kind_of;
using test::RawConnection;

const std::string kOk = "HTTP/1.1 200 OK\r\n";

struct Case {
  std::string name;
  HostileServer::Behaviour behave;
  std::string kind;
  int status;
};

HostileServer::Behaviour answer(std::string bytes) {
  return [bytes = std::move(bytes)](RawConnection& peer) {
    peer.read_request();
    peer.send(bytes);
  };
}

std::vector<Case> quick_cases() {
  std::vector<Case> cases;
  const auto add = [&](std::string name, HostileServer::Behaviour behave, std::string kind,
                       int status) {
    cases.push_back({std::move(name), std::move(behave), std::move(kind), status});
  };
  add("a good response", answer(kOk + "Content-Length: 2\r\n\r\nhi"), "none", 200);
  add("a response that the end of the connection ends", answer(kOk + "\r\nhi"), "none", 200);
  add("garbage for a status line", answer("\x01\x02 nonsense\r\n\r\n"), "http_protocol", 0);
  add("a status line without a number", answer("HTTP/1.1 abc\r\n\r\n"), "http_protocol", 0);
  add("an old-fashioned response without headers", answer("<html>hello</html>"), "http_protocol",
      0);
  add(
      "a connection closed without a word", [](RawConnection& peer) { peer.read_request(); },
      "connect_reset", 0);
  add(
      "a reset without a word",
      [](RawConnection& peer) {
        peer.read_request();
        peer.reset();
      },
      "connect_reset", 0);
  add(
      "a reset at once", [](RawConnection& peer) { peer.reset(); }, "connect_reset", 0);
  add("a body shorter than announced", answer(kOk + "Content-Length: 100\r\n\r\nhi"),
      "http_truncated", 200);
  add(
      "a reset in the middle of the body",
      [](RawConnection& peer) {
        peer.read_request();
        peer.send(kOk + "Content-Length: 100000\r\n\r\n" + std::string(5000, 'x'));
        peer.reset();
      },
      "http_truncated", 200);
  add("a chunk size that is no number",
      answer(kOk + "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n"), "http_protocol",
      200);
  add("a chunked body that ends too early",
      answer(kOk + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), "http_truncated", 200);
  add("an encoding that is not what it says",
      answer(kOk + "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"), "decoding", 200);
  add("brotli that is none",
      answer(kOk + "Content-Encoding: br\r\nContent-Length: 5\r\n\r\n\xff\xff\xff\xff\xff"),
      "decoding", 200);
  add("zstd that is none", answer(kOk + "Content-Encoding: zstd\r\nContent-Length: 5\r\n\r\nhello"),
      "decoding", 200);
  add("a header of a megabyte", answer(kOk + "X-Big: " + std::string(1 << 20, 'b') + "\r\n\r\n"),
      "header_too_large", 200);
  add("two contradicting lengths", answer(kOk + "Content-Length: 2\r\nContent-Length: 5\r\n\r\nhi"),
      "http_truncated", 200);
  add("a negative length", answer(kOk + "Content-Length: -2\r\n\r\nhi"), "http_protocol", 200);
  return cases;
}

std::string many_headers() {
  std::string out = kOk;
  for (int i = 0; i < 100'000; ++i) out += "X-" + std::to_string(i) + ": y\r\n";
  return out + "\r\n";
}

TEST_CASE("each hostile response ends with its own kind", "[http]") {
  ClientFixture fixture;
  for (const Case& each : quick_cases()) {
    INFO(each.name);
    HostileServer server(each.behave);
    const http::Exchange exchange = fixture.get(server.url(), 3s);
    INFO((exchange.failure ? exchange.failure->message : ""));
    CHECK(kind_of(exchange) == each.kind);
    CHECK(exchange.status == each.status);
    CHECK(exchange.phases.total() < 3s);
    CHECK(exchange.remote_address == "127.0.0.1:" + std::to_string(server.port()));
  }
}

TEST_CASE("a hundred thousand headers are too many", "[http]") {
  ClientFixture fixture;
  HostileServer server(answer(many_headers()));
  CHECK(kind_of(fixture.get(server.url())) == "header_too_large");
}

TEST_CASE("interim responses without end are headers that are too large", "[http]") {
  ClientFixture fixture;
  HostileServer server([](RawConnection& peer) {
    peer.read_request();
    while (peer.send("HTTP/1.1 100 Continue\r\n\r\n")) {
    }
  });
  const auto exchange = fixture.get(server.url());
  CHECK(kind_of(exchange) == "header_too_large");
  CHECK(exchange.status == 0);
}

TEST_CASE("an endless body is cut at the limit", "[http]") {
  ClientFixture fixture;
  HostileServer server([](RawConnection& peer) {
    peer.read_request();
    peer.send(kOk + "\r\n");
    while (peer.send(std::string(65536, 'x'))) {
    }
  });
  http::Request request;
  request.url = server.url();
  request.body_bytes_max = 100'000;
  const auto exchange = fixture.exchange(std::move(request));
  CHECK(kind_of(exchange) == "body_too_large");
  CHECK(exchange.status == 200);
  CHECK(exchange.body == std::string(100'000, 'x'));
}

struct SlowCase {
  std::string name;
  HostileServer::Behaviour behave;
  std::string kind;
};

std::vector<SlowCase> slow_cases() {
  const auto drip = [](std::string bytes) {
    return [bytes](RawConnection& peer) {
      peer.read_request();
      peer.drip(bytes, 50ms);
    };
  };
  return {
      {"silence", [](RawConnection& peer) { peer.hold(); }, "timeout"},
      {"a status line, byte by byte", drip(kOk + "X-Header: one\r\nX-Other: two\r\n"), "timeout"},
      {"a body, byte by byte",
       [](RawConnection& peer) {
         peer.read_request();
         peer.send(kOk + "Content-Length: 100\r\n\r\n");
         peer.drip(std::string(100, 'x'), 50ms);
       },
       "timeout"},
      {"chunks without end",
       [](RawConnection& peer) {
         peer.read_request();
         peer.send(kOk + "Transfer-Encoding: chunked\r\n\r\n");
         while (peer.drip("1\r\nx\r\n", 5ms)) {
         }
       },
       "timeout"},
  };
}

TEST_CASE("slow targets end at the timeout, not when they are done", "[http]") {
  ClientFixture fixture;
  for (const SlowCase& each : slow_cases()) {
    INFO(each.name);
    HostileServer server(each.behave);
    const MonoTime start = fixture.clock.now();
    const auto exchange = fixture.get(server.url(), 400ms);
    const Nanos took = fixture.clock.now() - start;
    CHECK(kind_of(exchange) == each.kind);
    CHECK(took >= 390ms);
    CHECK(took < 2400ms);
    CHECK(exchange.phases.total() < 2400ms);
    CHECK(exchange.phases.total() > 350ms);
  }
}

TEST_CASE("a port without a listener refuses", "[http]") {
  ClientFixture fixture;
  const int port = test::unused_port();
  const auto exchange = fixture.get("http://127.0.0.1:" + std::to_string(port) + "/");
  CHECK(kind_of(exchange) == "connect_refused");
  CHECK(exchange.remote_address == "127.0.0.1:" + std::to_string(port));
  CHECK_FALSE(exchange.request_written);
  CHECK(exchange.phases.tls == 0ns);
  CHECK(exchange.phases.wait == 0ns);
}

TEST_CASE("the request says whether the peer can have seen it", "[http]") {
  ClientFixture fixture;
  HostileServer server([](RawConnection& peer) {
    peer.read_request();
    peer.reset();
  });
  CHECK(fixture.get(server.url()).request_written);
}

}  // namespace
}  // namespace picket
