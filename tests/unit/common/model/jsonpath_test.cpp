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
  const auto found = parsed->find(*document);
  REQUIRE(found.has_value());
  return *found;
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

TEST_CASE("numbers beyond int64 are their digits, not other numbers", "[jsonpath]") {
  CHECK(only(find("$", "9223372036854775807")) == Value{std::int64_t{INT64_MAX}});
  CHECK(only(find("$", "-9223372036854775808")) == Value{std::int64_t{INT64_MIN}});
  CHECK(only(find("$", "9223372036854775808")) == Value{std::string{"9223372036854775808"}});
  CHECK(only(find("$", "18446744073709551615")) == Value{std::string{"18446744073709551615"}});
  CHECK(find("$", "18446744073709551615").type == "number");
  CHECK(find("$[*]", "[18446744073709551615]").values ==
        std::vector<Value>{std::string{"18446744073709551615"}});
  CHECK(only(find("$", "18446744073709551616")) == Value{18446744073709551616.0});
  CHECK_FALSE(JsonDocument::parse("1e999").has_value());
}

TEST_CASE("a list from a filter or a descent is absent when it is empty", "[jsonpath]") {
  CHECK(find("$.items[?@.n > 1].sku", kShop).values == std::vector<Value>{std::string{"B"}});
  CHECK(find("$.items[?@.n > 1].sku", kShop).is_list);
  CHECK_FALSE(find("$.items[?@.n > 9]", kShop).present);
  CHECK_FALSE(find("$..nothing", kShop).present);
  CHECK(find("$..n", kShop).values == std::vector<Value>{std::int64_t{1}, std::int64_t{2}});
  CHECK(find("$.tags[0, 0]", kShop).values.size() == 2);
  CHECK(find("$..['note']", kShop).values == std::vector<Value>{Null{}});
}

TEST_CASE("a path is refused with its position in code points", "[jsonpath]") {
  const auto parsed = JsonPath::parse("$['\xD0\xB6'].a b");
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().message ==
        "JSON path `$['\xD0\xB6'].a b`: wanted `.`, `..` or `[` at position 9");
  CHECK(parsed.error().hint.find("RFC 9535") != std::string::npos);
  const auto cut = JsonPath::parse("$." + std::string(200, 'a') + "\n!");
  REQUIRE_FALSE(cut.has_value());
  CHECK(cut.error().message.size() < 200);
  CHECK_FALSE(JsonPath::parse("$.\xff").has_value());
}

TEST_CASE("paths have limits of length, segments and nesting", "[jsonpath]") {
  const auto repeated = [](const std::string& text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
  };
  CHECK(JsonPath::parse("$" + repeated("[0]", 128)).has_value());
  CHECK_FALSE(JsonPath::parse("$" + repeated("[0]", 129)).has_value());
  CHECK(JsonPath::parse("$['" + std::string(4000, 'a') + "']").has_value());
  CHECK_FALSE(JsonPath::parse("$['" + std::string(5000, 'a') + "']").has_value());
  const auto nested = [&](const std::string& open, const std::string& close, int times) {
    return JsonPath::parse("$" + repeated(open, times) + close);
  };
  CHECK(JsonPath::parse("$[?" + repeated("(", 31) + "@.a" + repeated(")", 31) + "]").has_value());
  CHECK_FALSE(nested("[?" + repeated("(", 32) + "@.a", repeated(")", 32) + "]", 1).has_value());
  CHECK(JsonPath::parse("$" + repeated("[?@", 32) + repeated("]", 32)).has_value());
  CHECK_FALSE(JsonPath::parse("$" + repeated("[?@", 33) + repeated("]", 33)).has_value());
  CHECK_FALSE(JsonPath::parse("$[?" + repeated("length(", 40) + "@.a" + repeated(")", 40) + "==1]")
                  .has_value());
  CHECK_FALSE(JsonPath::parse(std::string(4000, '[')).has_value());
}

TEST_CASE("evaluation that costs too much is an error, soon", "[jsonpath]") {
  std::string wide = "[0";
  for (int i = 1; i < 3000; ++i) wide += ",{\"x\":\"" + std::string(100, 'a') + "\"}";
  wide += "]";
  std::string deep = wide;
  for (int i = 0; i < 120; ++i) deep = "[" + deep + "]";
  struct Row {
    const char* path;
    const std::string& document;
  };
  for (const Row& row :
       {Row{"$..[?@..y]", deep}, Row{"$..[?count(@..*) > 0]", deep}, Row{"$..*..*..*", deep},
        Row{"$[?$[?$[?@.y]]]", wide}, Row{"$[?$ == $]", wide}, Row{"$[?count($..*) > 0]", wide},
        Row{"$..[?search($[1].x, @.x)][?$..x]", wide}, Row{"$[*,*,*,*]..[*,*,*,*]..x", deep},
        Row{"$[?length($) > 0 && $[?@.x == @.y]]", wide}}) {
    INFO(row.path);
    const auto document = JsonDocument::parse(row.document);
    const auto path = JsonPath::parse(row.path);
    REQUIRE(document.has_value());
    REQUIRE(path.has_value());
    const auto found = path->find(*document);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().code == ErrorCode::overloaded);
    CHECK(found.error().message.find("1000000 steps") != std::string::npos);
    CHECK_FALSE(path->nodes(*document).has_value());
  }
  // Overlapping texts of containers, not many values: 120 levels of 200 kB.
  std::string nested = "\"" + std::string(200'000, 'a') + "\"";
  for (int i = 0; i < 120; ++i) nested = "[" + nested + "]";
  const auto document = JsonDocument::parse(nested);
  CHECK_FALSE(JsonPath::parse("$..*")->find(*document).has_value());
  CHECK(JsonPath::parse("$[0]")->find(*document).has_value());
}

TEST_CASE("patterns in a document cost more than those in the path", "[jsonpath]") {
  std::string patterns = "[";
  for (int i = 0; i < 60; ++i) patterns += (i ? ",\"a" : "\"a") + std::to_string(i) + "\"";
  const auto document = JsonDocument::parse(patterns + "]");
  CHECK_FALSE(JsonPath::parse("$[?match('a1', @)]")->find(*document).has_value());
  CHECK(JsonPath::parse("$[?match(@, $[7])]")->find(*document).has_value());
  CHECK(JsonPath::parse("$[?match(@, 'a[0-9]')]")->find(*document)->values.size() == 10);
}

TEST_CASE("a document is refused for its depth, its size or its syntax", "[jsonpath]") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(JsonDocument::parse(nested(128)).has_value());
  CHECK_FALSE(JsonDocument::parse(nested(129)).has_value());
  CHECK_FALSE(JsonDocument::parse(std::string(10'000'000, '[')).has_value());
  std::string wide = "[0";
  for (int i = 0; i < 250'000; ++i) wide += ",0";
  CHECK_FALSE(JsonDocument::parse(wide + "]").has_value());
  for (const char* bad : {"", "{", "{\"a\":}", "[1,]", "\"\xff\"", "nul", "1 2", "{'a':1}"}) {
    INFO(bad);
    const auto parsed = JsonDocument::parse(bad);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(is_valid_utf8(parsed.error().message));
  }
  CHECK(JsonDocument::parse(R"("[[[ \" [[[")").has_value());
}
