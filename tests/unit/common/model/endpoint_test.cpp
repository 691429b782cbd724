#include "common/model/endpoint.h"

#include <catch2/catch.hpp>

namespace picket {
namespace {

std::string parsed(std::string_view text, int default_port = 0) {
  const auto at = parse_host_port(text, default_port);
  return at ? render(*at) : "none";
}

TEST_CASE("hosts and ports are read as people write them", "[model][endpoint]") {
  CHECK(parsed("Shop.example.com:443") == "shop.example.com:443");
  CHECK(parsed("203.0.113.7:25") == "203.0.113.7:25");
  CHECK(parsed("[2001:DB8::1]:443") == "[2001:db8::1]:443");
  CHECK(parsed("shop.example.com", 443) == "shop.example.com:443");
  CHECK(parsed("[::1]", 25) == "[::1]:25");
  CHECK(parsed("a_b-c:1") == "a_b-c:1");
}

TEST_CASE("what is no host and port is refused", "[model][endpoint]") {
  for (const char* text :
       {"", ":443", "shop.example.com", "shop:", "shop:0", "shop:65536", "shop:4 4", "shop:x",
        "https://shop.example.com", "shop/path:1", "a b:1", "2001:db8::1", "[2001:db8::1",
        "[shop]:1", "[]:1", "shop:443:1", "$(id):1", "shop:-1"}) {
    INFO(text);
    CHECK(parsed(text) == "none");
  }
  CHECK(parsed(std::string(256, 'a') + ":1") == "none");
}

}  // namespace
}  // namespace picket
