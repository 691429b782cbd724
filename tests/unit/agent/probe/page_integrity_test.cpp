#include "agent/probe/page_integrity.h"

#include <catch2/catch.hpp>

using namespace picket::agent;

namespace {

// Of "alert('Hello, world.');", from the SRI specification, and of "abc" (FIPS 180-4).
constexpr std::string_view kHello = "alert('Hello, world.');";
constexpr std::string_view kHello384 =
    "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO";
constexpr std::string_view kAbc256 = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
constexpr std::string_view kAbc512 =
    "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/"
    "uu9RU1EI2Q86A4qmslPpUyknw==";

}  // namespace

TEST_CASE("a resource is the one whose hash is named", "[page]") {
  CHECK(integrity_holds(kHello384, kHello));
  CHECK_FALSE(integrity_holds(kHello384, "alert('Hello, world!');"));
  CHECK(integrity_holds(kAbc256, "abc"));
  CHECK(integrity_holds(kAbc512, "abc"));
  CHECK_FALSE(integrity_holds(kAbc512, ""));
}

TEST_CASE("of several hashes one of the strongest must fit", "[page]") {
  const std::string both = std::string(kAbc256) + " " + std::string(kHello384);
  CHECK(integrity_holds(both, kHello));
  CHECK_FALSE(integrity_holds(both, "abc"));  // the weaker one does not count
  CHECK(integrity_holds("sha256-AAAA\n\t" + std::string(kAbc256), "abc"));
  CHECK(integrity_holds(std::string(kAbc256) + "?opt", "abc"));
  CHECK(integrity_holds("sha256-ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=", "abc"));
}

TEST_CASE("an attribute without a known hash fits anything", "[page]") {
  for (const char* attribute : {"", " ", "md5-abc", "nonsense", "sha1-xyz"}) {
    INFO(attribute);
    CHECK(integrity_holds(attribute, "abc"));
  }
  CHECK_FALSE(integrity_holds("sha256-", "abc"));
}

TEST_CASE("the hash of what came is told in the same algorithm", "[page]") {
  CHECK(integrity_of(kAbc256, kHello).starts_with("sha256-"));
  CHECK(integrity_of(kHello384, kHello) == kHello384);
  CHECK(integrity_of("", kHello).empty());
}
