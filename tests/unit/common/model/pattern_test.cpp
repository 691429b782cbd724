#include "common/model/pattern.h"

#include <catch2/catch.hpp>

#include "common/model/matcher.h"

using namespace picket;

TEST_CASE("the groups of a pattern are those that capture", "[model]") {
  CHECK(Pattern{"a"}.groups() == 0);
  CHECK(Pattern{"(a)(?:b)(?P<c>c)\\((?i)[(]"}.groups() == 2);
  CHECK(Pattern{"[[:space:](]+([a-z]+)"}.groups() == 1);
  CHECK(Pattern{"[]a(]([^]b(])"}.groups() == 1);
  CHECK(Pattern{"\\Q(\\E(a)"}.groups() == 1);
  CHECK(Pattern{"("}.groups() == 0);
}

TEST_CASE("a pattern is found where a matcher finds it", "[model]") {
  struct Row {
    const char* pattern;
    std::string text;
    bool found;
  };
  const Row rows[] = {
      {"^220 ", "220 hello", true},
      {"^220 ", "hello\n220 there", false},
      {"(?m)^220 ", "hello\n220 there", true},
      {"", "", true},
      {"a.c", "a\nc", false},
      {"b", std::string("a\0b", 3), true},
      {"b", "\xff\xfe b", true},
      {"(", "(", false},
  };
  for (const Row& row : rows) {
    INFO(row.pattern << " in " << row.text);
    CHECK(Pattern{row.pattern}.found_in(row.text) == row.found);
    Matcher matcher;
    matcher.op = MatchOp::matches;
    matcher.operand = row.pattern;
    CHECK(!mismatch(matcher, Found::scalar(row.text)) == row.found);
  }
}
