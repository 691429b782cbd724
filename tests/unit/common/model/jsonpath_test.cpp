#include "common/model/jsonpath.h"

#include <catch2/catch.hpp>

#include "common/core/text.h"

using namespace picket;

namespace {

Found find(std::string_view path, std::string_view json) {
  const auto document = JsonDocument::parse(json);
  const auto parsed = JsonPath::parse(path);
  REQUIRE(document.has_value());
  REQUIRE(parsed.has_value());
  return parsed->find(*document);
}

Value only(const Found& found) {
  REQUIRE(found.present);
  REQUIRE(found.values.size() == 1);
  return found.values.front();
}

constexpr std::string_view kShop = R"({
  "id": 9007199254740993, "total": 12.50, "paid": true, "note": null, "odd name": "x",
  "it's": "quoted", "items": [{"sku": "A", "n": 1}, {"sku": "B", "n": 2}], "tags": ["a", "b"],
  "empty": []})";

}  // namespace

TEST_CASE("a path finds scalars with their types", "[jsonpath]") {
  CHECK(only(find("$.id", kShop)) == Value{std::int64_t{9'007'199'254'740'993}});
  CHECK(only(find("$.total", kShop)) == Value{12.5});
  CHECK(only(find("$.paid", kShop)) == Value{true});
  CHECK(only(find("$.note", kShop)) == Value{Null{}});
  CHECK(find("$.note", kShop).type == "null");
  CHECK(only(find("$['odd name']", kShop)) == Value{std::string{"x"}});
  CHECK(only(find(R"($['it\'s'])", kShop)) == Value{std::string{"quoted"}});
  CHECK(only(find(R"($["it's"])", kShop)) == Value{std::string{"quoted"}});
  CHECK(only(find("$.items[1].sku", kShop)) == Value{std::string{"B"}});
  CHECK(only(find("$.items[-2]['n']", kShop)) == Value{std::int64_t{1}});
}

TEST_CASE("what is not there is absent", "[jsonpath]") {
  for (const char* path : {"$.nothing", "$.items[2]", "$.items[-3]", "$.id.deeper", "$.tags.a",
                           "$[0]", "$.empty[*]", "$.note.x", "$.tags['0']"}) {
    INFO(path);
    CHECK_FALSE(find(path, kShop).present);
  }
}

TEST_CASE("arrays and wildcards are lists, objects are their JSON text", "[jsonpath]") {
  const Found tags = find("$.tags", kShop);
  CHECK(tags.is_list);
  CHECK(tags.values == std::vector<Value>{std::string{"a"}, std::string{"b"}});
  CHECK(find("$.empty", kShop).is_list);
  CHECK(find("$.items[*].sku", kShop).values ==
        std::vector<Value>{std::string{"A"}, std::string{"B"}});
  CHECK(find("$.items[*]", kShop).values.front() == Value{std::string{R"({"n":1,"sku":"A"})"}});
  CHECK(find("$.items[0].*", kShop).values.size() == 2);
  CHECK(find("$.items[0]", kShop).type == "object");
  CHECK(only(find("$", "7")) == Value{std::int64_t{7}});
}

TEST_CASE("numbers beyond int64 become doubles, not other integers", "[jsonpath]") {
  CHECK(only(find("$", "9223372036854775807")) == Value{std::int64_t{INT64_MAX}});
  CHECK(only(find("$", "-9223372036854775808")) == Value{std::int64_t{INT64_MIN}});
  CHECK(only(find("$", "18446744073709551615")) == Value{18446744073709551615.0});
  CHECK_FALSE(JsonDocument::parse("1e999").has_value());
}

TEST_CASE("a path outside the subset is refused with its position", "[jsonpath]") {
  struct Row {
    const char* path;
    const char* position;
  };
  for (const Row& row :
       {Row{"", "position 1"}, Row{"items", "position 1"}, Row{"$items", "position 2"},
        Row{"$..a", "position 3"}, Row{"$.", "position 3"}, Row{"$.a b", "position 4"},
        Row{"$[?@.a>1]", "position 3"}, Row{"$[0:2]", "position 4"}, Row{"$[0,1]", "position 4"},
        Row{"$[01]", "position 3"}, Row{"$[-0]", "position 3"}, Row{"$['a", "position 5"},
        Row{"$[99999999999999999999]", "position 3"}, Row{"$.a[", "position 5"},
        Row{"$.1a", "position 3"}, Row{"$['\\n']", "position 5"}}) {
    INFO(row.path);
    const auto parsed = JsonPath::parse(row.path);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().code == ErrorCode::invalid_argument);
    CHECK(parsed.error().message.find(row.position) != std::string::npos);
  }
  CHECK_FALSE(JsonPath::parse("$.\xff").has_value());
}

TEST_CASE("a document is refused for its depth, its size or its syntax", "[jsonpath]") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(JsonDocument::parse(nested(128)).has_value());
  CHECK_FALSE(JsonDocument::parse(nested(129)).has_value());
  CHECK_FALSE(JsonDocument::parse(std::string(10'000'000, '[')).has_value());
  std::string wide = "[0";
  for (int i = 0; i < 1'000'000; ++i) wide += ",0";
  CHECK_FALSE(JsonDocument::parse(wide + "]").has_value());
  for (const char* bad : {"", "{", "{\"a\":}", "[1,]", "\"\xff\"", "nul", "1 2", "{'a':1}"}) {
    INFO(bad);
    const auto parsed = JsonDocument::parse(bad);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(is_valid_utf8(parsed.error().message));
  }
  CHECK(JsonDocument::parse(R"("[[[ \" [[[")").has_value());
}
