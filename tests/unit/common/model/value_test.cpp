#include "common/model/value.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace picket;

TEST_CASE("numbers are equal by value across integers and doubles", "[value]") {
  CHECK(equal(Value{std::int64_t{5}}, Value{5.0}));
  CHECK_FALSE(equal(Value{std::int64_t{5}}, Value{5.5}));
  CHECK(equal(Value{1.5}, Value{1.5}));
}

TEST_CASE("large integers keep every digit", "[value]") {
  const Value most{std::numeric_limits<std::int64_t>::max()};
  const Value less{std::numeric_limits<std::int64_t>::max() - 1};
  CHECK_FALSE(equal(most, less));
  CHECK_FALSE(equal(Value{std::int64_t{9'007'199'254'740'993}}, Value{9'007'199'254'740'992.0}));
  CHECK(compare_numbers(most, less) == std::partial_ordering::greater);
}

TEST_CASE("nothing is coerced between types", "[value]") {
  CHECK_FALSE(equal(Value{std::string{"5"}}, Value{std::int64_t{5}}));
  CHECK_FALSE(equal(Value{true}, Value{std::int64_t{1}}));
  CHECK_FALSE(equal(Value{Null{}}, Value{std::string{}}));
  CHECK_FALSE(equal(Value{Null{}}, Value{false}));
  CHECK_FALSE(compare_numbers(Value{std::string{"5"}}, Value{std::int64_t{5}}).has_value());
}

TEST_CASE("flags and numbers have a value in a series, nothing else has", "[value]") {
  CHECK(gauge_of(Value{true}) == 1.0);
  CHECK(gauge_of(Value{false}) == 0.0);
  CHECK(gauge_of(Value{std::int64_t{42}}) == 42.0);
  CHECK(gauge_of(Value{0.5}) == 0.5);
  CHECK(!gauge_of(Value{std::string{"42"}}));
  CHECK(!gauge_of(Value{Null{}}));
}

TEST_CASE("values are shown as JSON shows them", "[value]") {
  CHECK(render(Value{Null{}}) == "null");
  CHECK(render(Value{true}) == "true");
  CHECK(render(Value{std::int64_t{-42}}) == "-42");
  CHECK(render(Value{0.1}) == "0.1");
  CHECK(render(Value{std::string{"a \"b\" \\ \n\x01"}}) == R"("a \"b\" \\ \n\u0001")");
}

TEST_CASE("types have their JSON names", "[value]") {
  CHECK(type_name(Value{Null{}}) == "null");
  CHECK(type_name(Value{false}) == "boolean");
  CHECK(type_name(Value{std::int64_t{1}}) == "number");
  CHECK(type_name(Value{1.0}) == "number");
  CHECK(type_name(Value{std::string{}}) == "string");
}
