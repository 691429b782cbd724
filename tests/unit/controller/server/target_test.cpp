#include "controller/server/target.h"

#include <catch2/catch.hpp>

using picket::controller::parse_target;

TEST_CASE("a request target is split and decoded", "[server]") {
  const auto target = parse_target("/api/v1/checks/a%20b?limit=5&name=x%2By+z&flag");
  REQUIRE(target.has_value());
  CHECK(target->path == "/api/v1/checks/a b");
  REQUIRE(target->query.size() == 3);
  CHECK(target->query[0] == std::pair<std::string, std::string>{"limit", "5"});
  CHECK(target->query[1].second == "x+y z");
  CHECK(target->query[2] == std::pair<std::string, std::string>{"flag", ""});
}

TEST_CASE("broken targets are refused", "[server]") {
  for (const char* bad :
       {"", "*", "http://x/", "/%", "/%4", "/%zz", "/%00", "/%ff", "/?a=%c0%af"}) {
    INFO(bad);
    CHECK_FALSE(parse_target(bad).has_value());
  }
}
