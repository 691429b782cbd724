#include "common/checks/formats.h"

#include <catch2/catch.hpp>

#include "common/checks/config_reader.h"
#include "common/checks/scalar.h"

namespace picket::checks {
namespace {

Value resolved(const std::string& plain) {
  Node node;
  node.kind = NodeKind::scalar;
  node.plain = true;
  node.text = plain;
  return resolve(node);
}

}  // namespace

TEST_CASE("sizes have a unit, decimal or binary", "[formats]") {
  CHECK(parse_size("1KB").value() == 1000);
  CHECK(parse_size("1KiB").value() == 1024);
  CHECK(parse_size("1.5MB").value() == 1'500'000);
  CHECK(parse_size("2GiB").value() == 2ull << 30);
  CHECK(parse_size("0B").value() == 0);
  for (const char* bad :
       {"", "5", "KB", "-1KB", "1kb", "1 KB", "1e99GB", "nanKB", "1TB", ".5MB", "5.MB"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_size(bad));
  }
}

TEST_CASE("a rendered size is read back as the same", "[formats]") {
  for (const std::uint64_t bytes :
       {1ull, 999ull, 1000ull, 1024ull, 1536ull, 64ull << 20, 1ull << 40})
    CHECK(parse_size(render_size(bytes)).value() == bytes);
}

TEST_CASE("plain scalars resolve by YAML 1.2's core rules", "[formats]") {
  CHECK(resolved("true") == Value{true});
  CHECK(resolved("5") == Value{std::int64_t{5}});
  CHECK(resolved("-5") == Value{std::int64_t{-5}});
  CHECK(resolved("+5") == Value{std::int64_t{5}});
  CHECK(resolved("1.5") == Value{1.5});
  CHECK(resolved("1e3") == Value{1000.0});
  CHECK(resolved(".5") == Value{0.5});
  CHECK(resolved("99999999999999999999") == Value{1e20});
  for (const char* text : {"1_000", "1:30", "02:00", "1.2.3", "e5", "-", "+", ".", "5s", "1e", ""})
    CHECK(resolved(text) == Value{std::string{text}});
}

TEST_CASE("words that readers of YAML take differently are ambiguous", "[formats]") {
  for (const char* word : {"yes", "No", "ON", "off", "y", "N", "True", "FALSE"}) {
    CHECK(ambiguity_of(word, false));
    CHECK(ambiguity_of(word, true));
  }
  for (const char* number : {"010", "-07", "0x1F", "0o17", ".inf", "-.INF", ".NaN"}) {
    CHECK(ambiguity_of(number, false));
    CHECK_FALSE(ambiguity_of(number, true));
  }
  for (const char* clear : {"true", "false", "0", "0.5", "10", "yesterday", "0x", "on-call"})
    CHECK_FALSE(ambiguity_of(clear, false));
}

TEST_CASE("names are labels, receivers have a kind", "[formats]") {
  CHECK(is_label_name("eu-west-1"));
  CHECK(is_label_name(std::string(63, 'a')));
  for (const std::string& bad : {std::string{}, std::string{"-a"}, std::string{"a-"},
                                 std::string{"A"}, std::string{"a_b"}, std::string(64, 'a')})
    CHECK_FALSE(is_label_name(bad));
  CHECK(is_receiver_name("pagerduty/web-platform"));
  CHECK(is_receiver_name("operations"));
  for (const char* bad : {"", "/a", "a/", "a/b/c", "A/b", "a b"})
    CHECK_FALSE(is_receiver_name(bad));
}

TEST_CASE("a URL is absolute, http or https, without credentials", "[formats]") {
  for (const char* good : {"https://a.example", "http://127.0.0.1:8080/x?y#z", "HTTPS://[::1]:443/",
                           "${{ vars.base }}/x y", "https://${{ vars.host }}/",
                           "https://a.example:${{ vars.port }}/", "https://bücher.example/ü"})
    CHECK(url_error(good) == std::nullopt);
  for (const char* bad :
       {"", "a.example", "ftp://a.example", "https://", "https:///x", "https://u:p@a.example/",
        "https://a.example:0/", "https://a.example:x/", "https://a.example/a b"}) {
    CAPTURE(bad);
    CHECK(url_error(bad).has_value());
  }
}

TEST_CASE("endpoints are a host and a port", "[formats]") {
  CHECK(parse_endpoint("127.0.0.1:0") == Endpoint{"127.0.0.1", 0});
  CHECK(parse_endpoint("[::1]:8443") == Endpoint{"::1", 8443});
  CHECK(parse_endpoint("picket.example.com:65535") == Endpoint{"picket.example.com", 65535});
  for (const char* bad :
       {"", ":80", "a", "a:", "a:65536", "a:-1", "::1:80", "[a]:80", "a b:80", "[::1]"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_endpoint(bad));
  }
}

TEST_CASE("address prefixes", "[formats]") {
  for (const char* good : {"10.0.0.0/8", "127.0.0.1", "fd00::/8", "::1", "0.0.0.0/0"})
    CHECK(is_address_prefix(good));
  for (const char* bad :
       {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "a.example", "::/129", "/8", "10.0.0.0/-1"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_address_prefix(bad));
  }
}

}  // namespace picket::checks
