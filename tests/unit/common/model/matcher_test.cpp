#include "common/model/matcher.h"

#include <catch2/catch.hpp>

#include "common/core/text.h"

using namespace picket;

namespace {

Value text(std::string value) { return Value{std::move(value)}; }
Value number(std::int64_t value) { return Value{value}; }

Matcher matcher(MatchOp op, Value operand) {
  Matcher made;
  made.op = op;
  made.operand = std::move(operand);
  return made;
}

Matcher one_of(std::vector<Value> list) {
  Matcher made = matcher(MatchOp::in, Null{});
  made.list = std::move(list);
  return made;
}

Matcher includes_all(std::vector<Value> list) {
  Matcher made = matcher(MatchOp::includes, Null{});
  made.list = std::move(list);
  return made;
}

Matcher count_is(Matcher nested) {
  Matcher made = matcher(MatchOp::count, Null{});
  made.nested.push_back(std::move(nested));
  return made;
}

Found object(std::string json) {
  Found found = Found::scalar(text(std::move(json)));
  found.type = "object";
  return found;
}

const Found kHello = Found::scalar(text("hello world"));
const Found kFive = Found::scalar(number(5));
const Found kHalf = Found::scalar(Value{0.5});
const Found kTrue = Found::scalar(Value{true});
const Found kNull = Found::scalar(Null{});
const Found kList = Found::list({text("red"), text("green"), number(3)});
const Found kEmpty = Found::list({});
const Found kObject = object(R"({"a":1})");

struct Row {
  Matcher matcher;
  Found found;
  bool holds;
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const auto wrong = mismatch(row.matcher, row.found);
    INFO(to_string(row.matcher.op) << ' ' << render(row.matcher.operand) << " over type "
                                   << row.found.type << ": " << wrong.value_or("holds"));
    CHECK(!wrong.has_value() == row.holds);
  }
}

}  // namespace

TEST_CASE("every word has a name that is read back", "[matcher]") {
  for (int i = 0; i <= static_cast<int>(MatchOp::type); ++i) {
    const auto op = static_cast<MatchOp>(i);
    CHECK(parse_match_op(to_string(op)) == op);
  }
  CHECK_FALSE(parse_match_op("equal").has_value());
}

TEST_CASE("an absent value fails every word but exists false", "[matcher]") {
  for (int i = 0; i <= static_cast<int>(MatchOp::type); ++i) {
    Matcher made = matcher(static_cast<MatchOp>(i), text("x"));
    made.list = {text("x")};
    made.nested = {matcher(MatchOp::equals, number(0))};
    if (made.op == MatchOp::exists) made.operand = true;
    INFO(to_string(made.op));
    CHECK(mismatch(made, Found::absent()).has_value());
  }
  CHECK_FALSE(mismatch(matcher(MatchOp::exists, Value{false}), Found::absent()).has_value());
  CHECK(mismatch(count_is(matcher(MatchOp::lt, number(5))), Found::absent()).has_value());
}

TEST_CASE("equals and not_equals compare scalars of one type", "[matcher]") {
  check_rows({
      {matcher(MatchOp::equals, text("hello world")), kHello, true},
      {matcher(MatchOp::equals, text("hello")), kHello, false},
      {matcher(MatchOp::equals, number(5)), kFive, true},
      {matcher(MatchOp::equals, Value{5.0}), kFive, true},
      {matcher(MatchOp::equals, text("5")), kFive, false},
      {matcher(MatchOp::equals, Value{true}), kTrue, true},
      {matcher(MatchOp::equals, number(1)), kTrue, false},
      {matcher(MatchOp::equals, Null{}), kNull, true},
      {matcher(MatchOp::equals, text("red")), kList, false},
      {matcher(MatchOp::equals, text(R"({"a":1})")), kObject, false},
      {matcher(MatchOp::not_equals, text("hello")), kHello, true},
      {matcher(MatchOp::not_equals, text("5")), kFive, true},
      {matcher(MatchOp::not_equals, number(5)), kFive, false},
      {matcher(MatchOp::not_equals, text("red")), kList, false},
      {matcher(MatchOp::not_equals, text("red")), kObject, true},
  });
}

TEST_CASE("contains looks into texts and into the texts of lists", "[matcher]") {
  check_rows({
      {matcher(MatchOp::contains, text("lo wo")), kHello, true},
      {matcher(MatchOp::contains, text("")), kHello, true},
      {matcher(MatchOp::contains, text("xyz")), kHello, false},
      {matcher(MatchOp::contains, text("gree")), kList, true},
      {matcher(MatchOp::contains, text("blue")), kList, false},
      {matcher(MatchOp::contains, text("5")), kFive, false},
      {matcher(MatchOp::contains, number(5)), kHello, false},
      {matcher(MatchOp::contains, text("a")), kObject, false},
      {matcher(MatchOp::not_contains, text("xyz")), kHello, true},
      {matcher(MatchOp::not_contains, text("hello")), kHello, false},
      {matcher(MatchOp::not_contains, text("blue")), kList, true},
      {matcher(MatchOp::not_contains, text("red")), kList, false},
      {matcher(MatchOp::not_contains, text("red")), kEmpty, true},
      {matcher(MatchOp::not_contains, text("5")), kFive, false},
  });
}

TEST_CASE("starts_with, ends_with and patterns judge texts only", "[matcher]") {
  check_rows({
      {matcher(MatchOp::starts_with, text("hello")), kHello, true},
      {matcher(MatchOp::starts_with, text("world")), kHello, false},
      {matcher(MatchOp::ends_with, text("world")), kHello, true},
      {matcher(MatchOp::ends_with, text("hello")), kHello, false},
      {matcher(MatchOp::starts_with, text("5")), kFive, false},
      {matcher(MatchOp::starts_with, text("red")), kList, false},
      {matcher(MatchOp::matches, text("^hel+o")), kHello, true},
      {matcher(MatchOp::matches, text("o w")), kHello, true},
      {matcher(MatchOp::matches, text("^world")), kHello, false},
      {matcher(MatchOp::matches, text("(unclosed")), kHello, false},
      {matcher(MatchOp::matches, text("5")), kFive, false},
      {matcher(MatchOp::matches, text("red")), kList, false},
      {matcher(MatchOp::not_matches, text("^world")), kHello, true},
      {matcher(MatchOp::not_matches, text("hello")), kHello, false},
      {matcher(MatchOp::not_matches, text("(unclosed")), kHello, false},
      {matcher(MatchOp::not_matches, text("x")), kFive, false},
      {matcher(MatchOp::not_matches, text("x")), kList, false},
  });
}

TEST_CASE("in and includes compare whole values", "[matcher]") {
  check_rows({
      {one_of({number(1), number(5)}), kFive, true},
      {one_of({Value{5.0}}), kFive, true},
      {one_of({text("5")}), kFive, false},
      {one_of({}), kFive, false},
      {one_of({text("red")}), kList, false},
      {matcher(MatchOp::includes, text("green")), kList, true},
      {matcher(MatchOp::includes, Value{3.0}), kList, true},
      {matcher(MatchOp::includes, text("gree")), kList, false},
      {matcher(MatchOp::includes, text("red")), kEmpty, false},
      {matcher(MatchOp::includes, text("hello world")), kHello, false},
      {includes_all({text("red")}), kList, true},
      {includes_all({number(3), text("red")}), kList, true},
      {includes_all({text("red"), text("blue")}), kList, false},
      {includes_all({text("red")}), kEmpty, false},
      {includes_all({text("hello world")}), kHello, false},
      {matcher(MatchOp::includes, text("a")), Found::texts({"a"}), true},
      {matcher(MatchOp::includes, text("b")), Found::texts({"a"}), false},
      {includes_all({text("a"), text("b")}), Found::texts({"b", "a"}), true},
  });
}

TEST_CASE("all_match wants every element of a list that is not empty", "[matcher]") {
  const Found texts = Found::list({text("203.0.113.7"), text("203.0.113.80")});
  check_rows({
      {matcher(MatchOp::all_match, text(R"(^203\.0\.113\.)")), texts, true},
      {matcher(MatchOp::all_match, text("7")), texts, false},
      {matcher(MatchOp::all_match, text("(unclosed")), texts, false},
      {matcher(MatchOp::all_match, number(2)), texts, false},
      {matcher(MatchOp::all_match, text(".")), kList, false},  // a number among them
      {matcher(MatchOp::all_match, text("")), kEmpty, false},
      {matcher(MatchOp::all_match, text("^hello")), kHello, true},
      {matcher(MatchOp::all_match, text("5")), kFive, false},
      {matcher(MatchOp::all_match, text("a")), kObject, false},
      {matcher(MatchOp::all_match, text("")), kNull, false},
  });
}

TEST_CASE("texts that may stand several times are nothing, one, or a list", "[matcher]") {
  CHECK_FALSE(Found::texts({}).present);
  CHECK_FALSE(Found::texts({"a"}).is_list);
  CHECK(Found::texts({"a"}).several);
  CHECK(Found::texts({"a", "b"}).values.size() == 2);
  CHECK_FALSE(mismatch(matcher(MatchOp::equals, text("a")), Found::texts({"a"})));
}

TEST_CASE("order compares numbers and nothing else", "[matcher]") {
  check_rows({
      {matcher(MatchOp::gt, number(4)), kFive, true},
      {matcher(MatchOp::gt, number(5)), kFive, false},
      {matcher(MatchOp::gte, number(5)), kFive, true},
      {matcher(MatchOp::gte, number(6)), kFive, false},
      {matcher(MatchOp::lt, number(6)), kFive, true},
      {matcher(MatchOp::lt, number(5)), kFive, false},
      {matcher(MatchOp::lte, number(5)), kFive, true},
      {matcher(MatchOp::lte, number(4)), kFive, false},
      {matcher(MatchOp::lt, Value{5.5}), kFive, true},
      {matcher(MatchOp::lt, number(1)), kHalf, true},
      {matcher(MatchOp::lt, number(9)), kHello, false},
      {matcher(MatchOp::gt, text("4")), kFive, false},
      {matcher(MatchOp::lt, number(9)), kNull, false},
      {matcher(MatchOp::lt, number(9)), kTrue, false},
      {matcher(MatchOp::lt, number(9)), kList, false},
  });
}

TEST_CASE("a whole number beyond int64 equals its digits alone, and is ordered", "[matcher]") {
  Found big = Found::scalar(text("12345678901234567891"));
  big.type = "number";
  check_rows({
      {matcher(MatchOp::equals, text("12345678901234567891")), big, true},
      {matcher(MatchOp::equals, text("12345678901234567890")), big, false},
      {matcher(MatchOp::equals, Value{12345678901234567891.0}), big, false},
      {matcher(MatchOp::not_equals, number(5)), big, true},
      {matcher(MatchOp::gt, number(INT64_MAX)), big, true},
      {matcher(MatchOp::lt, number(INT64_MAX)), big, false},
      {matcher(MatchOp::lt, Value{1e20}), big, true},
      {matcher(MatchOp::type, text("number")), big, true},
      {matcher(MatchOp::contains, text("1")), big, false},
      {count_is(matcher(MatchOp::equals, number(1))), big, true},
  });
  CHECK(mismatch(matcher(MatchOp::equals, text("12345678901234567890")), big) ==
        R"(wanted "12345678901234567890", got 12345678901234567891 (number))");
}

TEST_CASE("exists is about presence, null included", "[matcher]") {
  check_rows({
      {matcher(MatchOp::exists, Value{true}), kNull, true},
      {matcher(MatchOp::exists, Value{true}), kEmpty, true},
      {matcher(MatchOp::exists, Value{false}), kNull, false},
      {matcher(MatchOp::exists, Value{false}), kHello, false},
      {matcher(MatchOp::exists, Value{true}), Found::absent(), false},
  });
}

TEST_CASE("count is the length of a list, 1 for anything else, and null has none", "[matcher]") {
  check_rows({
      {count_is(matcher(MatchOp::equals, number(1))), kNull, false},
      {count_is(matcher(MatchOp::equals, number(0))), kNull, false},
      {count_is(matcher(MatchOp::lt, number(5))), kNull, false},
      {count_is(matcher(MatchOp::equals, number(1))), Found::list({Value{Null{}}}), true},
      {count_is(matcher(MatchOp::equals, number(3))), kList, true},
      {count_is(matcher(MatchOp::gt, number(3))), kList, false},
      {count_is(matcher(MatchOp::equals, number(0))), kEmpty, true},
      {count_is(matcher(MatchOp::equals, number(1))), kHello, true},
      {count_is(matcher(MatchOp::equals, number(1))), kObject, true},
      {count_is(matcher(MatchOp::equals, number(11))), kHello, false},
  });
}

TEST_CASE("type is the JSON type", "[matcher]") {
  check_rows({
      {matcher(MatchOp::type, text("string")), kHello, true},
      {matcher(MatchOp::type, text("number")), kFive, true},
      {matcher(MatchOp::type, text("number")), kHalf, true},
      {matcher(MatchOp::type, text("boolean")), kTrue, true},
      {matcher(MatchOp::type, text("null")), kNull, true},
      {matcher(MatchOp::type, text("array")), kList, true},
      {matcher(MatchOp::type, text("object")), kObject, true},
      {matcher(MatchOp::type, text("string")), kObject, false},
      {matcher(MatchOp::type, text("string")), kList, false},
  });
}

TEST_CASE("a mismatch says what was wanted and what was got", "[matcher]") {
  const auto said = [](const Matcher& m, const Found& f) { return mismatch(m, f).value_or(""); };
  CHECK(said(matcher(MatchOp::contains, text("text/html")), Found::scalar(text("text/plain"))) ==
        R"(wanted "text/html" contained, got "text/plain")");
  CHECK(said(matcher(MatchOp::equals, number(201)), Found::scalar(number(500))) ==
        "wanted 201, got 500");
  CHECK(said(matcher(MatchOp::equals, number(5)), Found::scalar(text("5"))) ==
        R"(wanted 5, got "5" (string))");
  CHECK(said(matcher(MatchOp::lt, number(5)), Found::absent()) == "wanted < 5, got nothing");
  CHECK(said(matcher(MatchOp::exists, Value{false}), kHello) ==
        R"(wanted nothing, got "hello world")");
  CHECK(said(matcher(MatchOp::equals, text("red")), kList) ==
        R"(wanted "red", got ["red", "green", 3] (a list: use includes, )"
        "all_match, contains or count)");
  CHECK(said(includes_all({text("red"), text("blue")}), kList) ==
        R"(wanted each of ["red", "blue"] among the elements, got ["red", "green", 3])");
  CHECK(said(matcher(MatchOp::all_match, text("^r")), kList) ==
        R"(wanted every element to match "^r", got ["red", "green", 3])");
  CHECK(said(matcher(MatchOp::all_match, text("(")), kList).find("is not valid: missing") !=
        std::string::npos);
  CHECK(said(matcher(MatchOp::includes, text("x")), kHello).ends_with("(not a list)"));
  CHECK(said(count_is(matcher(MatchOp::equals, number(1))), kList) == "count: wanted 1, got 3");
  CHECK(said(one_of({number(1), text("a")}), kFive) == R"(wanted one of [1, "a"], got 5)");
  CHECK(said(matcher(MatchOp::type, text("array")), kObject) ==
        R"(wanted type array, got {"a":1} (object))");
  Found duration = Found::scalar(number(912));
  duration.unit = "ms";
  CHECK(said(matcher(MatchOp::lt, number(800)), duration) == "wanted < 800 ms, got 912 ms");
  CHECK(said(matcher(MatchOp::matches, text("(")), kHello).find("is not valid: missing") !=
        std::string::npos);
}

TEST_CASE("a mismatch shows a huge hostile value cut and cleaned", "[matcher]") {
  std::string hostile(10'000'000, 'a');
  hostile.replace(5, 8, "\x1b[31m\xff\r\n");
  const auto wrong = mismatch(matcher(MatchOp::equals, text("b")), Found::scalar(text(hostile)));
  REQUIRE(wrong.has_value());
  CHECK(wrong->size() < 300);
  CHECK(is_valid_utf8(*wrong));
  CHECK(wrong->find('\x1b') == std::string::npos);
  CHECK(wrong->find('\n') == std::string::npos);
  const std::vector<Value> many(100'000, text(std::string(1000, 'x')));
  CHECK(mismatch(matcher(MatchOp::includes, text("y")), Found::list(many))->size() < 500);
}

TEST_CASE("a pattern that explodes elsewhere takes linear time over ten megabytes", "[matcher]") {
  const Found big = Found::scalar(text(std::string(10'000'000, 'a')));
  CHECK(mismatch(matcher(MatchOp::matches, text("(a+)+$b|(a|aa)+c")), big).has_value());
}

TEST_CASE("a pattern that would need too much memory is refused", "[matcher]") {
  CHECK(pattern_error("((a{1,100}){1,100}){1,100}").has_value());
  CHECK(pattern_error(R"(\1)").has_value());
  CHECK_FALSE(pattern_error(R"(order-(\d+))").has_value());
}

TEST_CASE("the first group of a pattern is found, or the whole match", "[matcher]") {
  CHECK(find_pattern("id='(\\w+)' v='(\\w+)'", "<i id='abc' v='2'>") == "abc");
  CHECK(find_pattern(R"(\d+)", "order 421 done") == "421");
  CHECK(find_pattern("(x)?y", "y") == std::nullopt);
  CHECK(find_pattern("()y", "y") == "");
  CHECK(find_pattern("z", "y") == std::nullopt);
  CHECK(find_pattern("(", "y") == std::nullopt);
}
