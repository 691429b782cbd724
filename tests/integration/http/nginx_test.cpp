#include <zstd.h>

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

http::Request request_for(std::string url) {
  http::Request request;
  request.url = std::move(url);
  return request;
}

TEST_CASE("a page is fetched and its facts are complete", "[http]") {
  ClientFixture fixture(nginx_fixture().client_options());
  const auto exchange = fixture.get(nginx_fixture().http("shop.test", "/page"));
  CHECK(kind_of(exchange) == "none");
  CHECK(exchange.status == 200);
  CHECK(exchange.http_version == "1.1");
  CHECK(exchange.body == std::string(10'240, 'p'));
  CHECK(exchange.body_bytes == 10'240);
  CHECK(exchange.header_bytes > 50);
  CHECK(http::find_header(exchange.headers, "content-length") == "10240");
  CHECK(exchange.resolved_addresses == std::vector<std::string>{"127.0.0.1"});
  CHECK_THAT(exchange.remote_address, Catch::StartsWith("127.0.0.1:"));
  CHECK_THAT(exchange.dns_server, Catch::StartsWith("127.0.0.1:"));
  CHECK_FALSE(exchange.tls);
  CHECK(exchange.phases.dns > 0ns);
  CHECK(exchange.phases.connect > 0ns);
  CHECK(exchange.phases.tls == 0ns);
  CHECK(exchange.phases.wait > 0ns);
}

TEST_CASE("statuses and redirects are reported, not judged or followed", "[http]") {
  ClientFixture fixture(nginx_fixture().client_options());
  const auto missing = fixture.get(nginx_fixture().http("shop.test", "/missing"));
  CHECK(kind_of(missing) == "none");
  CHECK(missing.status == 404);
  const auto moved = fixture.get(nginx_fixture().http("shop.test", "/moved"));
  CHECK(moved.status == 302);
  CHECK_THAT(*http::find_header(moved.headers, "Location"), Catch::EndsWith("/page"));
}

TEST_CASE("compression is asked for, decoded and can be left out", "[http]") {
  ClientFixture fixture(nginx_fixture().client_options());
  http::Request request = request_for(nginx_fixture().http("shop.test", "/gzip"));
  const auto packed = fixture.exchange(request);
  CHECK(http::find_header(packed.headers, "content-encoding") == "gzip");
  CHECK(packed.body == std::string(10'240, 'p'));
  CHECK(packed.body_bytes < 1'000);
  request.compression = false;
  const auto plain = fixture.exchange(request);
  CHECK_FALSE(http::find_header(plain.headers, "content-encoding"));
  CHECK(plain.body_bytes == 10'240);
}

TEST_CASE("brotli and zstd are decoded", "[http]") {
  ClientFixture fixture(nginx_fixture().client_options());
  std::string zstd(200, '\0');
  const std::string text = "hello";
  zstd.resize(ZSTD_compress(zstd.data(), zstd.size(), text.data(), text.size(), 3));
  const std::string brotli("\x0b\x02\x80hello\x03", 9);
  const auto served = [&](const std::string& coding, const std::string& bytes) {
    HostileServer server([&](RawConnection& peer) {
      peer.read_request();
      peer.send("HTTP/1.1 200 OK\r\nContent-Encoding: " + coding +
                "\r\nContent-Length: " + std::to_string(bytes.size()) + "\r\n\r\n" + bytes);
    });
    return fixture.get(server.url()).body;
  };
  CHECK(served("br", brotli) == "hello");
  CHECK(served("zstd", zstd) == "hello");
}

TEST_CASE("a bomb's decoded size counts against the limit", "[http]") {
  ClientFixture fixture(nginx_fixture().client_options());
  http::Request request = request_for(nginx_fixture().http("shop.test", "/bomb"));
  request.body_bytes_max = 1'000'000;
  const auto exchange = fixture.exchange(std::move(request));
  CHECK(kind_of(exchange) == "body_too_large");
  CHECK(exchange.body.size() == 1'000'000);
  CHECK(exchange.body_bytes < 100'000);
}

TEST_CASE("methods, headers and bodies arrive as written", "[http]") {
  ClientFixture fixture(nginx_fixture().client_options());
  std::string seen;
  HostileServer server([&seen](RawConnection& peer) {
    seen = peer.read_request();
    while (seen.find("Content-Length: 5") != std::string::npos && !seen.ends_with("hello"))
      seen += peer.read_some();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  const auto sent = [&](const std::string& method, const std::string& body, http::Headers headers) {
    http::Request request = request_for(server.url("/a?b=c%20d"));
    request.method = method;
    request.body = body;
    request.headers = std::move(headers);
    REQUIRE(kind_of(fixture.exchange(std::move(request))) == "none");
    return seen;
  };
  const std::string get = sent("GET", "", {{"X-Empty", ""}, {"X-Two", "2"}});
  CHECK_THAT(get, Catch::StartsWith("GET /a?b=c%20d HTTP/1.1\r\n"));
  CHECK_THAT(get, Catch::Contains("X-Empty:\r\nX-Two: 2\r\n"));
  CHECK_THAT(get, Catch::Contains("User-Agent: picket/test\r\n"));
  CHECK_THAT(get, Catch::Contains("Accept-Encoding: gzip, br, zstd\r\n"));
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "GET"}) {
    const std::string text = sent(method, "hello", {{"Content-Type", "text/x"}});
    CHECK_THAT(text, Catch::StartsWith(std::string(method) + " /a"));
    CHECK_THAT(text, Catch::Contains("Content-Type: text/x\r\n"));
    CHECK_THAT(text, Catch::EndsWith("\r\n\r\nhello"));
  }
  CHECK_THAT(sent("POST", "", {}), Catch::Contains("Content-Length: 0\r\n"));
  CHECK_THAT(sent("POST", "hello", {}), !Catch::Contains("Content-Type"));
  CHECK_THAT(sent("HEAD", "", {}), Catch::StartsWith("HEAD /a"));
  CHECK_THAT(sent("PURGE", "", {{"User-Agent", "mine"}}), Catch::Contains("User-Agent: mine\r\n"));
}

TEST_CASE("a large body is sent without waiting for permission", "[http]") {
  ClientFixture fixture(nginx_fixture().client_options());
  http::Request request = request_for(nginx_fixture().http("shop.test", "/"));
  request.method = "POST";
  request.body = std::string(900'000, 'b');
  const auto exchange = fixture.exchange(std::move(request));
  CHECK(kind_of(exchange) == "none");
  CHECK(http::find_header(exchange.headers, "x-method") == "POST");
  CHECK(exchange.request_written);
}

TEST_CASE("probes connect afresh, the link keeps its connection", "[http]") {
  ClientFixture fixture(nginx_fixture().client_options());
  const auto connection = [&](bool reuse) {
    http::Request request = request_for(nginx_fixture().https("good.test"));
    request.reuse_connection = reuse;
    return *http::find_header(fixture.exchange(std::move(request)).headers, "x-connection");
  };
  CHECK(connection(false) != connection(false));
  const std::string kept = connection(true);
  CHECK(connection(true) == kept);
  CHECK(connection(false) != kept);
}

TEST_CASE("names that lead to refused addresses are not connected to", "[http]") {
  ClientFixture fixture(nginx_fixture().client_options());
  const auto rebound = fixture.get(nginx_fixture().http("rebound.test"));
  CHECK(kind_of(rebound) == "blocked_address");
  CHECK_THAT(rebound.failure->message, Catch::Contains("rebound.test"));
  CHECK_THAT(rebound.failure->message, Catch::Contains("169.254.169.254"));
  const auto mixed = fixture.get(nginx_fixture().http("two.test"));
  CHECK(kind_of(mixed) == "none");
  CHECK(mixed.resolved_addresses == std::vector<std::string>{"127.0.0.1"});
  for (const char* url :
       {"http://169.254.169.254/latest/", "http://[fd00:ec2::254]/", "http://0.0.0.0/",
        "http://[::ffff:169.254.169.254]/", "http://2852039166/"}) {
    INFO(url);
    CHECK(kind_of(fixture.get(url)) == "blocked_address");
  }
}

TEST_CASE("loopback is refused unless the operator allows it", "[http]") {
  http::CurlClientOptions options = nginx_fixture().client_options();
  options.guard = http::AddressGuard{};
  ClientFixture fixture(std::move(options));
  CHECK(kind_of(fixture.get(nginx_fixture().http("shop.test"))) == "blocked_address");
  CHECK(kind_of(fixture.get(nginx_fixture().http("127.0.0.1"))) == "blocked_address");
}

TEST_CASE("the next address is tried when the first refuses", "[http]") {
  ClientFixture fixture(nginx_fixture().client_options());
  const auto exchange = fixture.get(nginx_fixture().http("dead-first.test"));
  CHECK(kind_of(exchange) == "none");
  CHECK(exchange.resolved_addresses == std::vector<std::string>{"127.0.0.2", "127.0.0.1"});
  CHECK_THAT(exchange.remote_address, Catch::StartsWith("127.0.0.1:"));
}

TEST_CASE("failed names and requests say so without a connection", "[http]") {
  ClientFixture fixture(nginx_fixture().client_options());
  const auto unknown = fixture.get("http://shop.invalid/");
  CHECK(kind_of(unknown) == "dns_nxdomain");
  CHECK_THAT(unknown.dns_server, Catch::StartsWith("127.0.0.1:"));
  CHECK(unknown.phases.dns > 0ns);
  CHECK(unknown.phases.connect == 0ns);
  CHECK(kind_of(fixture.get("ftp://shop.test/")) == "invalid_request");
  http::Request six = request_for(nginx_fixture().http("shop.test"));
  six.ip_version = http::IpVersion::v6;
  CHECK(kind_of(fixture.exchange(std::move(six))) == "dns_no_data");
}

TEST_CASE("names with a final dot or capitals are the same host", "[http]") {
  ClientFixture fixture(nginx_fixture().client_options());
  CHECK(kind_of(fixture.get(nginx_fixture().http("Shop.Test"))) == "none");
  CHECK(kind_of(fixture.get(nginx_fixture().http("shop.test."))) == "none");
}

TEST_CASE("a hundred exchanges at once are answered each with its own", "[http]") {
  ClientFixture fixture(nginx_fixture().client_options());
  std::vector<http::Request> requests;
  for (int i = 0; i < 100; ++i)
    requests.push_back(request_for(nginx_fixture().http("host" + std::to_string(i) + ".test")));
  const auto answers = fixture.try_all(std::move(requests));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    REQUIRE(answers[i]);
    CHECK(answers[i]->body == "hello from host" + std::to_string(i) + ".test");
  }
}

TEST_CASE("the environment's proxies do not count, the request's does", "[http]") {
  std::string seen;
  HostileServer proxy([&seen](RawConnection& peer) {
    seen = peer.read_request();
    if (seen.starts_with("CONNECT")) peer.send("HTTP/1.1 403 Forbidden\r\n\r\n");
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  });
  const std::string proxy_url = proxy.url();
  ::setenv("http_proxy", proxy_url.c_str(), 1);
  ::setenv("no_proxy", "proxied.test", 1);
  ClientFixture fixture(nginx_fixture().client_options());
  const auto direct = fixture.get(nginx_fixture().http("shop.test"));
  ::unsetenv("http_proxy");
  CHECK(direct.body == "hello from shop.test");
  http::Request request = request_for("http://proxied.test/x");
  request.proxy = proxy_url;
  CHECK(fixture.exchange(request).body == "hi");
  ::unsetenv("no_proxy");
  CHECK_THAT(seen, Catch::StartsWith("GET http://proxied.test/x HTTP/1.1"));
  request.url = "https://proxied.test/x";
  const auto refused = fixture.exchange(request);
  CHECK(kind_of(refused) == "proxy");
  CHECK_THAT(seen, Catch::StartsWith("CONNECT proxied.test:443"));
  request.proxy = "http://127.0.0.1:" + std::to_string(test::unused_port());
  CHECK(kind_of(fixture.exchange(request)) == "proxy");
  request.proxy = "http://proxy.invalid:3128";
  CHECK(kind_of(fixture.exchange(request)) == "proxy");
}

}  // namespace
}  // namespace picket
