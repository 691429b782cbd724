#include "common/http/target.h"

#include <catch2/catch.hpp>
#include <string>

namespace picket::http {
namespace {

TEST_CASE("URLs are taken apart", "[http][target]") {
  struct Row {
    const char* url;
    bool tls;
    const char* host;
    int port;
    bool literal;
  };
  const Row rows[] = {
      {"http://Shop.Example/a?b#c", false, "shop.example", 80, false},
      {"https://shop.example", true, "shop.example", 443, false},
      {"HTTPS://user:pw@shop.example:8443/", true, "shop.example", 8443, false},
      {"http://127.0.0.1:81/", false, "127.0.0.1", 81, true},
      {"http://[::1]:81/", false, "::1", 81, true},
      {"http://2130706433/", false, "127.0.0.1", 80, true},
      {"http://0x7f.1/", false, "127.0.0.1", 80, true},
  };
  for (const Row& row : rows) {
    INFO(row.url);
    const auto target = parse_target(row.url);
    REQUIRE(target);
    CHECK(target->tls == row.tls);
    CHECK(target->host == row.host);
    CHECK(target->port == row.port);
    CHECK(target->is_literal == row.literal);
  }
}

TEST_CASE("what is no http URL is an invalid request", "[http][target]") {
  const std::string urls[] = {"",
                              "shop.example",
                              "//shop.example/",
                              "ftp://shop.example/",
                              "file:///etc/passwd",
                              "gopher://x/",
                              "http://",
                              "http://shop.example:99999/",
                              "http://shop.example:x/",
                              "http://sh op/",
                              "http://[::1/",
                              "http://b\xc3\xbc"
                              "cher.example/",
                              "http://a\r\nb/",
                              std::string("http://a/\0b", 11),
                              "http://a/" + std::string(100'000, 'x')};
  for (const std::string& url : urls) {
    INFO(url.substr(0, 100));
    const auto target = parse_target(url);
    REQUIRE_FALSE(target);
    CHECK(target.error().kind == FailureKind::invalid_request);
    CHECK(target.error().message.size() < 300);
  }
}

TEST_CASE("a proxy that would resolve names here is refused", "[http][target]") {
  CHECK(parse_proxy("http://proxy.example:3128")->port == 3128);
  CHECK(parse_proxy("socks5h://proxy.example")->port == 1080);
  CHECK_FALSE(parse_proxy("socks5://proxy.example:1080"));
  CHECK_FALSE(parse_proxy("socks4://proxy.example:1080"));
}

TEST_CASE("requests that cannot be sent as written are refused", "[http][target]") {
  const auto with = [](auto change) {
    Request request;
    request.url = "http://a/";
    change(request);
    return check_request(request);
  };
  CHECK_FALSE(with([](Request&) {}));
  CHECK_FALSE(with([](Request& r) { r.headers = {{"X-A", ""}, {"x-b", "c d"}}; }));
  CHECK(with([](Request& r) { r.method = ""; }));
  CHECK(with([](Request& r) { r.method = "GET /"; }));
  CHECK(with([](Request& r) { r.method = "CONNECT"; }));
  CHECK(with([](Request& r) { r.headers = {{"X A", "b"}}; }));
  CHECK(with([](Request& r) { r.headers = {{"", "b"}}; }));
  CHECK(with([](Request& r) { r.headers = {{"X-A", "b\r\nX-C: d"}}; }));
  CHECK(with([](Request& r) { r.headers = {{"X-A", std::string("b\0c", 3)}}; }));
  CHECK(with([](Request& r) { r.method = "HEAD", r.body = "x"; }));
  CHECK(with([](Request& r) { r.timeout = Nanos{0}; }));
  CHECK(with([](Request& r) { r.connect_timeout = -Seconds{1}; }));
}

TEST_CASE("the authority keeps a written port and the host of a URL can be replaced",
          "[http][target]") {
  CHECK(parse_target("https://Shop.example/")->authority == "Shop.example");
  CHECK(parse_target("https://shop.example:8443/")->authority == "shop.example:8443");
  CHECK(parse_target("http://[::1]:81/")->authority == "[::1]:81");
  CHECK(with_host("https://a.test:8443/p?q=1", "b.test") == "https://b.test:8443/p?q=1");
  CHECK(with_host("https://203.0.113.7/", "b.test") == "https://b.test/");
}

TEST_CASE("where to connect is checked before anything is sent", "[http][target]") {
  struct Row {
    const char* address;
    const char* server_name;
    const char* proxy;
    bool good;
  };
  const Row rows[] = {
      {"203.0.113.7", "", "", true},   {"2001:db8::7", "", "", true},
      {"shop.example", "", "", false}, {"203.0.113.7:443", "", "", false},
      {"", "shop.example", "", true},  {"", "203.0.113.7", "", false},
      {"", "a b", "", false},          {"203.0.113.7", "", "http://p.test:3128", false},
      {"", "", "http://p.test", true}, {"", "shop.example", "http://p.test:3128", false},
  };
  for (const Row& row : rows) {
    INFO(row.address << "|" << row.server_name << "|" << row.proxy);
    Request request;
    request.address = row.address;
    request.tls.server_name = row.server_name;
    request.proxy = row.proxy;
    CHECK(check_request(request).has_value() != row.good);
  }
}

}  // namespace
}  // namespace picket::http
