// How requests reach their target when it is not the plain way: pinned addresses, other server
// names, proxies, client certificates, digest authentication, CAs of the request's own.
#include <fmt/format.h>
#include <openssl/evp.h>

#include <regex>
#include <string>

#include "common/core/hex.h"
#include "tests/integration/http/nginx_fixture.h"
#include "tests/support/hostile_server.h"
#include "tests/support/port_server.h"

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

std::string md5_hex(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_md5(), nullptr);
  return to_hex({reinterpret_cast<const char*>(digest), size});
}

std::string parameter(const std::string& request, const std::string& name) {
  std::smatch found;
  const std::regex pattern("[ ,]" + name + "=\"?([^\",\r]+)");
  return std::regex_search(request, found, pattern) ? found[1].str() : std::string{};
}

// RFC 7616, 3.4.1, as a server checks it.
bool digest_is_right(const std::string& request, const std::string& user,
                     const std::string& password) {
  const std::string method = request.substr(0, request.find(' '));
  const std::string first = md5_hex(user + ":staff:" + password);
  const std::string second = md5_hex(method + ":" + parameter(request, "uri"));
  const std::string wanted = md5_hex(first + ":abc123:" + parameter(request, "nc") + ":" +
                                     parameter(request, "cnonce") + ":auth:" + second);
  return parameter(request, "username") == user && parameter(request, "response") == wanted;
}

TEST_CASE("a digest challenge is answered within one exchange", "[http][route]") {
  ClientFixture fixture(nginx_fixture().client_options());
  HostileServer server([](RawConnection& peer) {
    const std::string request = peer.read_request();
    if (digest_is_right(request, "probe", "pa55:word")) {
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nin");
      return;
    }
    peer.send(
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"staff\", nonce=\"abc123\", "
        "qop=\"auth\", algorithm=MD5\r\nX-First: yes\r\nContent-Length: 3\r\n"
        "Connection: close\r\n\r\nout");
  });
  http::Request request = request_for(server.url("/area?x=1"));
  request.digest = http::Credentials{"probe", "pa55:word"};
  const auto granted = fixture.exchange(request);
  CHECK(kind_of(granted) == "none");
  CHECK(granted.status == 200);
  CHECK(granted.body == "in");
  CHECK_FALSE(http::find_header(granted.headers, "x-first"));
  CHECK(granted.phases.connect > 0ns);
  CHECK(server.connections() == 2);
  request.method = "POST";
  request.body = "hello";
  CHECK(fixture.exchange(request).status == 200);
  request.digest->password = "wrong";
  CHECK(fixture.exchange(request).status == 401);
}

TEST_CASE("a pinned address is connected to under the URL's name", "[http][route]") {
  ClientFixture fixture(nginx_fixture().client_options());
  for (const std::string& url :
       {nginx_fixture().https("good.test"), nginx_fixture().http("good.test")}) {
    http::Request request = request_for(url);
    request.address = "127.0.0.1";
    const auto exchange = fixture.exchange(request);
    CHECK(kind_of(exchange) == "none");
    CHECK(exchange.body == "hello from good.test");
    CHECK(exchange.phases.dns == 0ns);
    CHECK(exchange.dns_server.empty());
    request.address = "127.0.0.2";  // nobody listens there
    const auto refused = fixture.exchange(request);
    CHECK(kind_of(refused) == "connect_refused");
    CHECK_THAT(refused.remote_address, Catch::StartsWith("127.0.0.2:"));
    request.address = "169.254.169.254";
    CHECK(kind_of(fixture.exchange(request)) == "blocked_address");
  }
}

TEST_CASE("only the first address is tried when that is asked for", "[http][route]") {
  ClientFixture fixture(nginx_fixture().client_options());
  http::Request request = request_for(nginx_fixture().http("dead-first.test"));
  request.first_address_only = true;
  const auto exchange = fixture.exchange(request);
  CHECK(kind_of(exchange) == "connect_refused");
  CHECK(exchange.resolved_addresses == std::vector<std::string>{"127.0.0.2", "127.0.0.1"});
  request.first_address_only = false;
  request.happy_eyeballs = true;
  CHECK(kind_of(fixture.exchange(request)) == "none");
}

TEST_CASE("another server name is sent and verified, the host stays", "[http][route]") {
  ClientFixture fixture(nginx_fixture().client_options());
  http::Request request = request_for(nginx_fixture().https("shop.test"));
  CHECK(kind_of(fixture.exchange(request)) == "tls_name_mismatch");
  request.tls.server_name = "good.test";
  const auto exchange = fixture.exchange(request);
  INFO((exchange.failure ? exchange.failure->message : ""));
  CHECK(kind_of(exchange) == "none");
  request.url = nginx_fixture().https("127.0.0.1");
  CHECK(kind_of(fixture.exchange(request)) == "none");
  request.tls.server_name = "wrong.test";
  CHECK(kind_of(fixture.exchange(request)) == "tls_name_mismatch");
  std::string seen;
  HostileServer plain([&seen](RawConnection& peer) {
    seen = peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  request.url = plain.url();
  CHECK(kind_of(fixture.exchange(request)) == "none");
  CHECK_THAT(seen, Catch::Contains(fmt::format("Host: 127.0.0.1:{}\r\n", plain.port())));
}

TEST_CASE("a CA given as text is trusted for that request and no other is", "[http][route]") {
  http::CurlClientOptions options = nginx_fixture().client_options();
  options.ca_file.clear();
  options.add_system_roots = true;
  ClientFixture fixture(std::move(options));
  http::Request request = request_for(nginx_fixture().https("good.test"));
  CHECK(kind_of(fixture.exchange(request)) == "tls_untrusted");
  request.tls.ca_pem = test::read_file(nginx_fixture().ca_file());
  CHECK(kind_of(fixture.exchange(request)) == "none");
  request.url = nginx_fixture().https("stranger.test");
  CHECK(kind_of(fixture.exchange(request)) == "tls_untrusted");
  request.tls.ca_pem = "no certificate";
  const auto bad = fixture.exchange(request);
  CHECK(kind_of(bad) == "invalid_request");
  CHECK(bad.failure->message == "the CA given holds no certificate in PEM form");
}

// HAProxy that wants client certificates, in TLS 1.2 on its first port and 1.3 on its second; and
// plain HTTP with faults on its third.
std::string haproxy_sections(const std::vector<int>& ports) {
  auto& nginx = nginx_fixture();
  const test::CertificateFiles files =
      nginx.authority().issue({"balancer", "DNS:balancer.test", {}, {}, false});
  const std::string pem =
      test::write_file(nginx.directory() + "/balancer.pem",
                       test::read_file(files.certificate) + test::read_file(files.key));
  const auto bind = [&](int port, const std::string& version) {
    return fmt::format(
        "  bind 127.0.0.1:{} ssl crt {} ca-file {} verify required "
        "ssl-min-ver {} ssl-max-ver {}\n",
        port, pem, nginx.ca_file(), version, version);
  };
  return "frontend tls\n" + bind(ports[0], "TLSv1.2") + bind(ports[1], "TLSv1.3") +
         "  http-request return status 200 content-type text/plain string in\n" +
         fmt::format("frontend faults\n  bind 127.0.0.1:{}\n", ports[2]) +
         "  http-request deny deny_status 429 if { path /denied }\n"
         "  http-request silent-drop if { path /dropped }\n"
         "  http-request reject if { path /rejected }\n"
         "  http-request tarpit deny_status 500 if { path /tarpit }\n"
         "  timeout tarpit 10s\n  use_backend dead if { path /dead }\n"
         "  use_backend empty if { path /empty }\n  default_backend nginx\n"
         "backend dead\n  retries 0\n  server one 127.0.0.1:" +
         std::to_string(test::unused_port()) + "\n" +
         "backend empty\n  timeout queue 1s\n"
         "backend nginx\n  server one " +
         nginx.http("127.0.0.1", "").substr(7) + "\n";
}

struct Haproxy {
  std::unique_ptr<test::PortServer> server{
      test::start_haproxy(nginx_fixture().directory(), 3, haproxy_sections)};
};

TEST_CASE("a missing or foreign client certificate has its own kind", "[http][route]") {
  Haproxy haproxy;
  ClientFixture fixture(nginx_fixture().client_options());
  const test::CertificateFiles& mine = nginx_fixture().client_certificate();
  for (const int index : {0, 1}) {
    INFO("port " << index);
    http::Request request =
        request_for(fmt::format("https://balancer.test:{}/", haproxy.server->port(index)));
    const std::string without = kind_of(fixture.exchange(request));
    // TLS 1.2 has one alert for all its reasons.
    CHECK(without == (index == 0 ? "tls_handshake" : "tls_client_certificate"));
    request.tls.certificate_pem = test::read_file(mine.certificate) + test::read_file(mine.key);
    CHECK(fixture.exchange(request).body == "in");
    const test::TempDir elsewhere;
    const test::TestAuthority stranger(elsewhere.path(), "stranger");
    const auto foreign = stranger.issue({"client", "DNS:client", {}, {}, false});
    request.tls.certificate_pem =
        test::read_file(foreign.certificate) + test::read_file(foreign.key);
    CHECK(kind_of(fixture.exchange(request)) == "tls_client_certificate");
    request.tls.certificate_pem = test::read_file(mine.certificate);
    CHECK(kind_of(fixture.exchange(request)) == "invalid_request");
  }
}

TEST_CASE("each of a balancer's faults shows for what it is", "[http][route]") {
  Haproxy haproxy;
  ClientFixture fixture(nginx_fixture().client_options());
  struct Row {
    const char* path;
    const char* kind;
    int status;
  };
  const Row rows[] = {
      {"/page", "none", 200},   {"/denied", "none", 429},          {"/dead", "none", 503},
      {"/empty", "none", 503},  {"/rejected", "connect_reset", 0}, {"/dropped", "timeout", 0},
      {"/tarpit", "timeout", 0}};
  for (const Row& row : rows) {
    INFO(row.path);
    const auto exchange =
        fixture.get(fmt::format("http://127.0.0.1:{}{}", haproxy.server->port(2), row.path), 2s);
    INFO((exchange.failure ? exchange.failure->message : ""));
    CHECK(kind_of(exchange) == row.kind);
    CHECK(exchange.status == row.status);
  }
}

TEST_CASE("a forward proxy is used for plain and for tunnelled requests", "[http][route]") {
  // The names are the proxy's to resolve; it has the machine's resolver, so addresses are asked.
  auto proxy = test::start_tinyproxy(
      nginx_fixture().directory(),
      fmt::format("BasicAuth probe s3cret\nConnectPort {}\n", nginx_fixture().tls_port()));
  ClientFixture fixture(nginx_fixture().client_options());
  for (const std::string& url :
       {nginx_fixture().http("127.0.0.1"), nginx_fixture().https("127.0.0.1")}) {
    INFO(url);
    http::Request request = request_for(url);
    request.proxy = fmt::format("http://127.0.0.1:{}", proxy->port());
    request.proxy_login = {"probe", "s3cret"};
    const auto exchange = fixture.exchange(request);
    INFO((exchange.failure ? exchange.failure->message : ""));
    CHECK(kind_of(exchange) == "none");
    CHECK(exchange.body == "hello from 127.0.0.1");
    // tinyproxy answers a wrong password with 401, which a plain request cannot tell from the
    // target's own; a tunnel can.
    request.proxy_login.password = "wrong";
    const auto wrong = fixture.exchange(request);
    CHECK((kind_of(wrong) == "proxy" || wrong.status == 401));
    request.proxy_login = {};
    CHECK(kind_of(fixture.exchange(request)) == "proxy");
  }
  http::Request closed = request_for("https://127.0.0.1:1/");  // not a ConnectPort
  closed.proxy = fmt::format("http://127.0.0.1:{}", proxy->port());
  closed.proxy_login = {"probe", "s3cret"};
  CHECK(kind_of(fixture.exchange(closed)) == "proxy");
}

TEST_CASE("a proxy that does not answer, or lies, is the proxy's failure", "[http][route]") {
  ClientFixture fixture(nginx_fixture().client_options());
  const auto kind = [&](HostileServer::Behaviour behave) {
    HostileServer proxy(std::move(behave));
    http::Request request = request_for("https://shop.test/");
    request.proxy = proxy.url();
    request.timeout = 400ms;
    return kind_of(fixture.exchange(std::move(request)));
  };
  CHECK(kind([](RawConnection& peer) { peer.hold(); }) == "proxy");
  CHECK(kind([](RawConnection& peer) { peer.reset(); }) == "proxy");
  CHECK(kind([](RawConnection& peer) { peer.read_request(); }) == "proxy");
  CHECK(kind([](RawConnection& peer) {
          peer.read_request();
          peer.send("garbage\r\n\r\n");
        }) == "proxy");
  CHECK(kind([](RawConnection& peer) {
          peer.read_request();
          peer.send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
        }) == "proxy");
  CHECK(kind([](RawConnection& peer) {
          peer.read_request();
          peer.send("HTTP/1.1 200 OK\r\n\r\n");
          peer.hold();
        }) == "tls_timeout");
}

TEST_CASE("the address guard holds for proxies too", "[http][route]") {
  http::CurlClientOptions options = nginx_fixture().client_options();
  options.guard = http::AddressGuard{};
  ClientFixture fixture(std::move(options));
  for (const char* proxy : {"http://169.254.169.254:80", "http://127.0.0.1:3128",
                            "http://shop.test:3128", "socks5h://[::1]:1080"}) {
    INFO(proxy);
    http::Request request = request_for("http://example.test/");
    request.proxy = proxy;
    const auto exchange = fixture.exchange(std::move(request));
    CHECK(kind_of(exchange) == "blocked_address");
    CHECK_THAT(exchange.failure->message, Catch::Contains("the proxy "));
  }
}

}  // namespace
}  // namespace picket
