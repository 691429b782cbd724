#include "common/http/url.h"

#include <catch2/catch.hpp>

#include "common/core/text.h"

using namespace picket;

TEST_CASE("a URL is read into its parts", "[url]") {
  const auto url = http::parse_url("HTTPS://Us%65r:p%40ss@Shop.Test:8443/a/b?x=1&y=%20#frag");
  REQUIRE(url.has_value());
  CHECK(url->scheme == "https");
  CHECK(url->host == "shop.test");
  CHECK(url->port == 8443);
  CHECK(url->path == "/a/b");
  CHECK(url->query == "x=1&y=%20");
  CHECK(url->user == "User");
  CHECK(url->password == "p@ss");
  CHECK(url->text.find("ss@") == std::string::npos);
  CHECK(url->text.find("frag") == std::string::npos);
  CHECK(http::origin(*url) == "https://shop.test:8443");
}

TEST_CASE("ports and paths have their defaults", "[url]") {
  CHECK(http::parse_url("http://a.test")->port == 80);
  CHECK(http::parse_url("https://a.test")->port == 443);
  CHECK(http::parse_url("http://a.test")->text == "http://a.test/");
  CHECK(http::origin(*http::parse_url("https://a.test:443/x")) == "https://a.test");
  const auto v6 = http::parse_url("http://[2001:db8::1]:8080/");
  REQUIRE(v6.has_value());
  CHECK(v6->host == "2001:db8::1");
  CHECK(http::authority(*v6) == "[2001:db8::1]:8080");
}

TEST_CASE("what is no http URL is refused without showing credentials", "[url]") {
  for (const std::string bad :
       {"", "shop.test/x", "/x", "ftp://a.test/", "file:///etc/passwd", "http://",
        "http://a b.test/", "http://a.test/\r\nX: y", "http://a.test:99999/", "javascript:alert(1)",
        "https://user:canary@"}) {
    INFO(bad);
    const auto url = http::parse_url(bad);
    REQUIRE_FALSE(url.has_value());
    CHECK(url.error().code == ErrorCode::invalid_argument);
    CHECK(url.error().message.find("canary") == std::string::npos);
    CHECK(url.error().message.find('\n') == std::string::npos);
  }
  CHECK_FALSE(http::parse_url("http://a.test/" + std::string(20'000, 'x')).has_value());
}

TEST_CASE("locations are resolved as RFC 3986 says", "[url]") {
  // Section 5.4.1, over http.
  const auto base = http::parse_url("http://a/b/c/d;p?q");
  REQUIRE(base.has_value());
  struct Row {
    const char* location;
    const char* wanted;
  };
  for (const Row& row : {Row{"g", "http://a/b/c/g"}, Row{"./g", "http://a/b/c/g"},
                         Row{"g/", "http://a/b/c/g/"}, Row{"/g", "http://a/g"},
                         Row{"//g", "http://g/"}, Row{"?y", "http://a/b/c/d;p?y"},
                         Row{"g?y", "http://a/b/c/g?y"}, Row{"g#s", "http://a/b/c/g"},
                         Row{"..", "http://a/b/"}, Row{"../g", "http://a/b/g"},
                         Row{"../../g", "http://a/g"}, Row{"../../../g", "http://a/g"},
                         Row{"https://z.test/x", "https://z.test/x"},
                         Row{"/a b", "http://a/a%20b"}}) {
    INFO(row.location);
    const auto url = http::resolve(*base, row.location);
    REQUIRE(url.has_value());
    CHECK(url->text == row.wanted);
  }
}

TEST_CASE("a location that leaves http is refused by its scheme", "[url]") {
  const auto base = http::parse_url("https://a.test/");
  REQUIRE(base.has_value());
  for (const char* bad : {"file:///etc/passwd", "ftp://a.test/x", "javascript:alert(1)",
                          "data:text/html,x", "gopher://a.test/"}) {
    INFO(bad);
    CHECK_FALSE(http::resolve(*base, bad).has_value());
  }
  CHECK(http::resolve(*base, "file:///etc/passwd").error().message.find("scheme `file`") !=
        std::string::npos);
  CHECK_FALSE(http::resolve(*base, std::string_view{"/x\0y", 4}).has_value());
}

TEST_CASE("a value is percent-encoded but for unreserved characters", "[url]") {
  CHECK(http::percent_encode("aZ9-._~") == "aZ9-._~");
  CHECK(http::percent_encode("a b&c=d/é+\n") == "a%20b%26c%3Dd%2F%C3%A9%2B%0A");
}
