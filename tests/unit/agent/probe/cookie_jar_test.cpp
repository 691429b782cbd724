#include "agent/probe/cookie_jar.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::agent;

namespace {

const WallTime kNow = WallTime::from_unix_ms(1'795'314'000'000);  // 2026-11-22T02:20:00Z

http::Url url(const std::string& text) { return http::parse_url(text).value(); }

std::optional<SetCookie> parsed(const std::string& header,
                                const std::string& at = "https://www.shop.test/a/b?c") {
  return parse_set_cookie(header, url(at), kNow);
}

// What is sent to `to` after the headers came from `from`.
std::string sent(const std::vector<std::string>& headers, const std::string& from,
                 const std::string& to, WallTime when = kNow) {
  CookieJar jar;
  for (const std::string& header : headers)
    if (auto cookie = parse_set_cookie(header, url(from), kNow)) jar.store(*cookie, kNow);
  return jar.header_for(url(to), when);
}

}  // namespace

TEST_CASE("a cookie is read with its attributes", "[cookies]") {
  const auto cookie =
      parsed("sid = a=b; Domain=.Shop.test; Path=/x; Secure; HttpOnly; SameSite=Lax; Max-Age=60");
  REQUIRE(cookie.has_value());
  CHECK(cookie->name == "sid");
  CHECK(cookie->value == "a=b");
  CHECK(cookie->domain == "shop.test");
  CHECK_FALSE(cookie->host_only);
  CHECK(cookie->path == "/x");
  CHECK(cookie->secure);
  CHECK(cookie->http_only);
  CHECK(cookie->same_site == "Lax");
  CHECK(cookie->expires == kNow + Millis{60'000});
}

TEST_CASE("a cookie without attributes is for its host and its folder", "[cookies]") {
  const auto cookie = parsed("sid=1");
  REQUIRE(cookie.has_value());
  CHECK(cookie->domain == "www.shop.test");
  CHECK(cookie->host_only);
  CHECK(cookie->path == "/a");
  CHECK(parsed("sid=1; Path=relative")->path == "/a");
  CHECK(parsed("sid=1", "https://www.shop.test/")->path == "/");
}

TEST_CASE("cookies that must be ignored are", "[cookies]") {
  for (const std::string bad :
       {"", "no-equals", "=value", "sid=1; Domain=other.test", "sid=1; Domain=test",
        "sid=1; Domain=hop.test", "sid=1; Domain=deep.www.shop.test", "__Secure-a=1",
        "__Host-a=1; Secure; Path=/a", "__Host-a=1; Secure; Path=/; Domain=shop.test",
        "a=\x01"}) {
    INFO(bad);
    CHECK_FALSE(parsed(bad).has_value());
  }
  CHECK_FALSE(parsed("a=" + std::string(5000, 'x')).has_value());
  CHECK_FALSE(parsed("a=1; Secure", "http://www.shop.test/").has_value());
  CHECK_FALSE(parsed("a=1; Domain=co.uk", "https://shop.co.uk/").has_value());
  CHECK(parsed("a=1; Domain=shop.co.uk", "https://www.shop.co.uk/").has_value());
  CHECK_FALSE(parsed("a=1; Domain=0.0.1", "https://127.0.0.1/").has_value());
  CHECK(parsed("a=1; Domain=127.0.0.1", "https://127.0.0.1/")->host_only);
  CHECK(parsed("a=1; Domain=localhost", "https://localhost/")->host_only);
}

TEST_CASE("cookies go where domain, path and scheme allow", "[cookies]") {
  struct Row {
    const char* header;
    const char* to;
    const char* wanted;
  };
  const std::string from = "https://www.shop.test/a/b";
  for (const Row& row : {
           Row{"c=1; Path=/", "https://www.shop.test/z", "c=1"},
           Row{"c=1; Path=/", "https://api.shop.test/", ""},
           Row{"c=1; Path=/; Domain=shop.test", "https://api.shop.test/", "c=1"},
           Row{"c=1; Path=/; Domain=shop.test", "https://evilshop.test/", ""},
           Row{"c=1; Path=/; Domain=shop.test", "https://shop.test.evil.test/", ""},
           Row{"c=1", "https://www.shop.test/a", "c=1"},
           Row{"c=1", "https://www.shop.test/a/x/y", "c=1"},
           Row{"c=1", "https://www.shop.test/ab", ""},
           Row{"c=1", "https://www.shop.test/", ""},
           Row{"c=1; Path=/; Secure", "http://www.shop.test/", ""},
           Row{"c=1; Path=/", "http://www.shop.test:8080/", "c=1"},
           Row{"c=1; Path=/; Max-Age=0", "https://www.shop.test/", ""},
           Row{"c=1; Path=/; Max-Age=-5", "https://www.shop.test/", ""},
           Row{"c=1; Path=/; Expires=Wed, 21 Oct 2015 07:28:00 GMT", "https://www.shop.test/", ""},
           Row{"c=1; Path=/; Expires=Wed, 21 Oct 2015 07:28:00 GMT; Max-Age=9",
               "https://www.shop.test/", "c=1"},
       }) {
    INFO(row.header << " to " << row.to);
    CHECK(sent({row.header}, from, row.to) == row.wanted);
  }
}

TEST_CASE("a cookie ends when its time is over", "[cookies]") {
  const std::string host = "https://www.shop.test/";
  CHECK(sent({"c=1; Max-Age=60"}, host, host, kNow + Millis{59'999}) == "c=1");
  CHECK(sent({"c=1; Max-Age=60"}, host, host, kNow + Millis{60'000}).empty());
  CHECK(sent({"c=1", "c=; Max-Age=0"}, host, host).empty());
}

TEST_CASE("cookies of one name with different paths are both sent, the longer path first",
          "[cookies]") {
  const std::string from = "https://www.shop.test/a/b";
  CHECK(sent({"s=root; Path=/", "s=deep; Path=/a", "t=1; Path=/"}, from, from) ==
        "s=deep; s=root; t=1");
  CHECK(sent({"s=1; Path=/", "s=2; Path=/"}, from, from) == "s=2");
}

TEST_CASE("a flood of cookies drops the oldest", "[cookies]") {
  CookieJar jar;
  for (int i = 0; i < 1000; ++i)
    jar.store(*parsed("c" + std::to_string(i) + "=1; Path=/"), kNow);
  CHECK(jar.size() == CookieJar::kCookiesMax);
  const std::string header = jar.header_for(url("https://www.shop.test/"), kNow);
  CHECK(header.find("c999=1") != std::string::npos);
  CHECK(header.find("c0=1") == std::string::npos);
}

TEST_CASE("dates of cookies are read as leniently as browsers do", "[cookies]") {
  for (const char* good : {"Wed, 21 Oct 2015 07:28:00 GMT", "Wednesday, 21-Oct-15 07:28:00 GMT",
                           "Wed Oct 21 07:28:00 2015", "21 oct 2015 7:28:0"}) {
    INFO(good);
    CHECK(parse_cookie_date(good) == WallTime::from_unix_ms(1'445'412'480'000));
  }
  for (const char* bad : {"", "tomorrow", "Wed, 31 Feb 2015 07:28:00 GMT", "21 Oct 2015",
                          "Wed, 21 Oct 1500 07:28:00 GMT", "21 Oct 2015 25:00:00"}) {
    INFO(bad);
    CHECK_FALSE(parse_cookie_date(bad).has_value());
  }
}
