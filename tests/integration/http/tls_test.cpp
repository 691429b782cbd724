#include <string>

#include "tests/integration/http/nginx_fixture.h"
#include "tests/support/hostile_server.h"

namespace picket {
namespace {

using namespace std::chrono_literals;
using test::ClientFixture;
using test::HostileServer;
using test::kind_of;
using test::nginx_fixture;
using test::RawConnection;

TEST_CASE("a good handshake shows version, cipher, chain and phases", "[http][tls]") {
  ClientFixture fixture(nginx_fixture().client_options());
  const auto exchange = fixture.get(nginx_fixture().https("good.test", "/page"));
  REQUIRE(kind_of(exchange) == "none");
  CHECK(exchange.http_version == "2");
  CHECK(exchange.body.size() == 10'240);
  REQUIRE(exchange.tls);
  CHECK(exchange.tls->version == "TLSv1.3");
  CHECK_THAT(exchange.tls->cipher, Catch::StartsWith("TLS_"));
  CHECK(exchange.tls->verify_error.empty());
  REQUIRE(exchange.tls->chain.size() == 1);
  const CertificateFacts& leaf = exchange.tls->chain.front();
  CHECK(leaf.subject == "CN=good");
  CHECK(leaf.issuer == "CN=ca");
  CHECK(leaf.dns_names == std::vector<std::string>{"good.test"});
  CHECK(leaf.sha256.size() == 64);
  CHECK(leaf.not_before < fixture.clock.wall_now());
  CHECK(leaf.not_after > fixture.clock.wall_now());
  CHECK(exchange.phases.connect > 0ns);
  CHECK(exchange.phases.tls > 0ns);
  CHECK(exchange.phases.wait > 0ns);
}

TEST_CASE("each certificate fault has its kind, its chain and its phases", "[http][tls]") {
  struct Row {
    const char* host;
    const char* kind;
    const char* verify_error;
    const char* subject;
  };
  const Row rows[] = {
      {"expired.test", "tls_expired", "certificate has expired", "CN=expired"},
      {"early.test", "tls_not_yet_valid", "certificate is not yet valid", "CN=early"},
      {"self.test", "tls_self_signed", "self-signed certificate", "CN=self"},
      {"stranger.test", "tls_untrusted", "unable to get local issuer certificate", "CN=odd"},
      {"wrong.test", "tls_name_mismatch", "", "CN=wrong"},
  };
  ClientFixture fixture(nginx_fixture().client_options());
  for (const Row& row : rows) {
    INFO(row.host);
    const auto exchange = fixture.get(nginx_fixture().https(row.host));
    CHECK(kind_of(exchange) == row.kind);
    CHECK(exchange.status == 0);
    CHECK_FALSE(exchange.request_written);
    REQUIRE(exchange.tls);
    CHECK_THAT(exchange.tls->verify_error, Catch::Contains(row.verify_error));
    REQUIRE_FALSE(exchange.tls->chain.empty());
    CHECK(exchange.tls->chain.front().subject == row.subject);
    CHECK_THAT(exchange.failure->message, Catch::Contains(row.subject));
    CHECK(exchange.phases.connect > 0ns);
    CHECK(exchange.phases.tls > 0ns);
    CHECK_THAT(exchange.remote_address, Catch::StartsWith("127.0.0.1:"));
  }
}

TEST_CASE("a name mismatch says which names the certificate is for", "[http][tls]") {
  ClientFixture fixture(nginx_fixture().client_options());
  const auto exchange = fixture.get(nginx_fixture().https("wrong.test"));
  CHECK_THAT(exchange.failure->message, Catch::Contains("other.test, www.other.test"));
}

TEST_CASE("insecure requests pass and still record what was wrong", "[http][tls]") {
  ClientFixture fixture(nginx_fixture().client_options());
  http::Request request;
  request.tls.insecure = true;
  request.url = nginx_fixture().https("expired.test");
  const auto exchange = fixture.exchange(request);
  CHECK(kind_of(exchange) == "none");
  CHECK(exchange.status == 200);
  REQUIRE(exchange.tls);
  CHECK_THAT(exchange.tls->verify_error, Catch::Contains("expired"));
  CHECK(exchange.tls->chain.front().subject == "CN=expired");
}

TEST_CASE("a request's own CA is trusted for that request only", "[http][tls]") {
  http::CurlClientOptions options = nginx_fixture().client_options();
  options.ca_file.clear();
  options.add_system_roots = true;
  ClientFixture fixture(std::move(options));
  http::Request request;
  request.url = nginx_fixture().https("good.test");
  CHECK(kind_of(fixture.exchange(request)) == "tls_untrusted");
  request.tls.ca_file = nginx_fixture().ca_file();
  const auto trusted = fixture.exchange(request);
  INFO((trusted.failure ? trusted.failure->message : ""));
  CHECK(kind_of(trusted) == "none");
  request.tls.ca_file = "/nonexistent/ca.pem";
  const auto missing = fixture.try_exchange(request);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::invalid_config);
}

// A clock whose wall time is years ahead.
class LateClock final : public async::Clock {
 public:
  explicit LateClock(async::Executor executor) : real_(std::move(executor)) {}
  MonoTime now() const override { return real_.now(); }
  WallTime wall_now() const override { return real_.wall_now() + hours{24 * 365 * 10}; }
  async::Task<void> sleep_until(MonoTime deadline) override { return real_.sleep_until(deadline); }

 private:
  async::RealClock real_;
};

TEST_CASE("certificates are judged by the clock given, not the machine's", "[http][tls]") {
  boost::asio::io_context io{1};
  LateClock clock(io.get_executor());
  auto client =
      http::create_curl_client(io.get_executor(), clock, nginx_fixture().client_options());
  REQUIRE(client);
  std::vector<std::string> kinds;
  const auto probe = [&](std::string host, bool check_dates) -> async::Task<void> {
    http::Request request;
    request.url = nginx_fixture().https(host);
    request.tls.check_dates = check_dates;
    const auto exchange = co_await (*client)->exchange(std::move(request));
    if (exchange) kinds.push_back(kind_of(*exchange));
  };
  async::TaskGroup group{io.get_executor()};
  const auto judge = [&](const char* host, bool check_dates) {
    group.spawn("probe", probe(host, check_dates));
    io.restart();
    io.run();
    return kinds.back();
  };
  CHECK(judge("good.test", true) == "tls_expired");
  CHECK(judge("good.test", false) == "none");
  CHECK(judge("stranger.test", false) == "tls_untrusted");
  CHECK(judge("wrong.test", false) == "tls_name_mismatch");
}

TEST_CASE("HTTP versions can be asked for", "[http][tls]") {
  ClientFixture fixture(nginx_fixture().client_options());
  http::Request request;
  request.url = nginx_fixture().https("good.test");
  request.http_version = http::HttpVersion::http1_1;
  CHECK(fixture.exchange(request).http_version == "1.1");
  request.http_version = http::HttpVersion::http2;
  CHECK(fixture.exchange(request).http_version == "2");
}

TEST_CASE("client certificates come from PEM text", "[http][tls]") {
  ClientFixture fixture(nginx_fixture().client_options());
  http::Request request;
  request.url = nginx_fixture().https("mutual.test");
  CHECK(fixture.exchange(request).status == 400);
  request.tls.certificate_pem = test::read_file(nginx_fixture().client_certificate().certificate);
  request.tls.private_key_pem = test::read_file(nginx_fixture().client_certificate().key);
  CHECK(fixture.exchange(request).status == 200);
  request.tls.private_key_pem = "nonsense";
  CHECK(kind_of(fixture.exchange(request)) == "invalid_request");
}

TEST_CASE("kept clients resume their TLS session, probes never do", "[http][tls]") {
  ClientFixture fixture(nginx_fixture().client_options());
  const auto resumed = [&](bool reuse) {
    http::Request request;
    request.url = nginx_fixture().resuming_url();
    request.http_version = http::HttpVersion::http1_1;
    request.reuse_connection = reuse;
    const auto exchange = fixture.exchange(std::move(request));
    return http::find_header(exchange.headers, "x-session").value_or("");
  };
  CHECK(resumed(true) != "r");
  CHECK(resumed(true) == "r");
  CHECK(resumed(false) != "r");
  CHECK(resumed(false) != "r");
}

TEST_CASE("handshakes that break or hang have their own kinds", "[http][tls]") {
  ClientFixture fixture(nginx_fixture().client_options());
  const auto kind = [&](HostileServer::Behaviour behave) {
    HostileServer server(std::move(behave));
    const auto exchange =
        fixture.get("https://127.0.0.1:" + std::to_string(server.port()) + "/", 300ms);
    CHECK_FALSE(exchange.request_written);
    CHECK(exchange.phases.connect > 0ns);
    CHECK(exchange.phases.tls > 0ns);
    return kind_of(exchange);
  };
  CHECK(kind([](RawConnection& peer) {
          peer.read_some();
          peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        }) == "tls_handshake");
  CHECK(kind([](RawConnection& peer) { peer.read_some(); }) == "tls_handshake");
  CHECK(kind([](RawConnection& peer) {
          peer.read_some();
          peer.reset();
        }) == "tls_handshake");
  CHECK(kind([](RawConnection& peer) {
          peer.read_some();
          peer.send(std::string("\x15\x03\x03\x00\x02\x02\x28", 7));  // alert handshake_failure
        }) == "tls_handshake");
  CHECK(kind([](RawConnection& peer) { peer.hold(); }) == "tls_timeout");
}

}  // namespace
}  // namespace picket
