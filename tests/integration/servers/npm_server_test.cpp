#include "tests/support/npm_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/integration/http/client_fixture.h"
#include "tests/support/temp_dir.h"

namespace picket {
namespace {

using namespace std::chrono_literals;
using test::ClientFixture;
using test::NpmServer;

std::string url_of(const NpmServer& server, const std::string& path) {
  return "http://127.0.0.1:" + std::to_string(server.port()) + path;
}

// Sends the bytes and returns what came within 5 s, up to the first `size` bytes.
std::string talk(int port, const std::string& bytes, std::size_t size) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{5, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string out(size, '\0');
  std::size_t got = 0;
  if (::connect(descriptor, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0 &&
      ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0)
    for (ssize_t n = 1; n > 0 && got < size; got += static_cast<std::size_t>(n > 0 ? n : 0))
      n = ::recv(descriptor, out.data() + got, size - got, 0);
  ::close(descriptor);
  return out.substr(0, got);
}

TEST_CASE("oidc-provider starts, serves its metadata and can be broken", "[servers]") {
  if (!test::has_npm_servers()) return;
  const test::TempDir directory;
  NpmServer server(directory.path(), "oidc.mjs");
  ClientFixture client;
  const std::string path = "/.well-known/openid-configuration";
  const auto metadata = nlohmann::json::parse(client.get(url_of(server, path)).body);
  CHECK(metadata["issuer"] == url_of(server, ""));
  const auto keys = nlohmann::json::parse(client.get(metadata["jwks_uri"]).body);
  CHECK(keys["keys"].size() == 4);

  http::Request faults;
  faults.method = "POST";
  faults.url = url_of(server, "/test/faults");
  faults.body = R"({"discovery_status": 503, "jwks": "empty"})";
  faults.timeout = 5s;
  CHECK(client.exchange(faults).status == 200);
  CHECK(client.get(url_of(server, path)).status == 503);
  CHECK(client.get(metadata["jwks_uri"]).body == R"({"keys":[]})");

  CHECK(server.running());
  ::kill(server.pid(), SIGTERM);
  CHECK(test::wait_until([&] { return !server.running(); }));
}

TEST_CASE("the websocket server answers a handshake", "[servers]") {
  if (!test::has_npm_servers()) return;
  const test::TempDir directory;
  const NpmServer server(directory.path(), "websocket.mjs");
  const std::string handshake =
      "GET /greet HTTP/1.1\r\nHost: server\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: v2.picket\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  const std::string answer = talk(server.port(), handshake, 180);
  // The key and the answer are RFC 6455's own example.
  CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 101") &&
                         Catch::Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") &&
                         Catch::Contains("Sec-WebSocket-Protocol: v2.picket"));
}

TEST_CASE("the gRPC server speaks HTTP/2", "[servers]") {
  if (!test::has_npm_servers()) return;
  const test::TempDir directory;
  const NpmServer server(directory.path(), "grpc_health.mjs");
  // The client's preface and empty SETTINGS; the answer begins with the server's SETTINGS frame.
  const std::string preface =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + std::string("\0\0\0\4\0\0\0\0\0", 9);
  const std::string answer = talk(server.port(), preface, 9);
  REQUIRE(answer.size() == 9);
  CHECK(answer[3] == 4);
}

TEST_CASE("a server that cannot start says why", "[servers]") {
  if (!test::has_npm_servers()) return;
  const test::TempDir directory;
  CHECK_THROWS_WITH(NpmServer(directory.path(), "websocket.mjs", R"({"cert": "/no/such/file"})"),
                    Catch::Contains("websocket.mjs does not start") && Catch::Contains("ENOENT"));
}

}  // namespace
}  // namespace picket
