#include "common/model/iregexp.h"

#include <catch2/catch.hpp>

#include "common/core/text.h"

using namespace picket;

TEST_CASE("an I-Regexp becomes an RE2 expression", "[iregexp]") {
  struct Row {
    const char* pattern;
    const char* re2;
  };
  for (const Row& row : {
           Row{"", ""},
           Row{"abc", "abc"},
           Row{"a|b|", "a|b|"},
           Row{"(a|b)c", "(?:a|b)c"},
           Row{"()", "(?:)"},
           Row{"a.b", R"(a[^\n\r]b)"},
           Row{R"(a\.b)", R"(a\.b)"},
           Row{"^ab$", "^ab$"},
           Row{"a*b+c?", "a*b+c?"},
           Row{"a{3}b{2,}c{1,2}", "a{3}b{2,}c{1,2}"},
           Row{"[a-z]", "[a-z]"},
           Row{"[^a-z-]", R"([^a-z\-])"},
           Row{"[-a]", R"([\-a])"},
           Row{"[a^]", R"([a\^])"},
           Row{"[^]", R"([\^])"},
           Row{"[.]", "[.]"},
           Row{R"([\]\[])", R"([\]\[])"},
           Row{R"(\p{Lu}\P{N})", R"(\p{Lu}\P{N})"},
           Row{R"([\p{L}0-9])", R"([\p{L}0-9])"},
           Row{R"(\n\r\t\^)", R"(\n\r\t\^)"},
           Row{R"(\P{C})", R"([\p{L}\p{M}\p{N}\p{P}\p{Z}\p{S}])"},
           Row{R"([a\p{C}])", R"((?:[a]|[^\p{L}\p{M}\p{N}\p{P}\p{Z}\p{S}]))"},
           Row{R"([\P{C}])", R"((?:[\p{L}\p{M}\p{N}\p{P}\p{Z}\p{S}]))"},
           Row{"\xD0\xB6+", "\xD0\xB6+"},
       }) {
    INFO(row.pattern);
    const auto re2 = to_re2(row.pattern);
    REQUIRE(re2.has_value());
    CHECK(*re2 == row.re2);
    CHECK(IRegexp::create(row.pattern).has_value());
  }
}

TEST_CASE("what is not an I-Regexp is refused with its position", "[iregexp]") {
  struct Row {
    const char* pattern;
    const char* message;
  };
  for (const Row& row : {
           Row{"*a", "`*` needs a backslash here at position 1"},
           Row{"a**", "position 3"},
           Row{"a+?", "position 3"},  // lazy
           Row{"(a", "wanted `)` at position 3"},
           Row{"a)", "`)` without `(` at position 2"},
           Row{"(?:a)", "`?` needs a backslash here at position 2"},
           Row{"a]", "position 2"},
           Row{"a}", "position 2"},
           Row{"a{", "wanted a number at position 3"},
           Row{"a{,2}", "position 3"},
           Row{"a{2", "wanted `}` at position 4"},
           Row{R"(\d)", "an escape that I-Regexp does not have at position 2"},
           Row{R"(\w)", "position 2"},
           Row{R"(\b)", "position 2"},
           Row{R"(\$)", "position 2"},
           Row{"\\", "position 2"},
           Row{R"(\pL)", "wanted a category such as {Lu} at position 3"},
           Row{R"(\p{Xx})", "no Unicode category"},
           Row{R"(\p{Greek})", "no Unicode category"},
           Row{R"(\p{})", "no Unicode category"},
           Row{"[]", "an empty class at position 2"},
           Row{"[a", "wanted `]` at position 3"},
           Row{"[a-b-c]", "`-` needs a backslash here at position 5"},
           Row{"[a[b]", "`[` needs a backslash here at position 3"},
           Row{R"([\d])", "position 3"},
           Row{R"([^\p{Cn}])", "in a negated class"},
           Row{"\xD0\xB6)", "position 2"},
           Row{"[z-a]", "invalid character class range"},
           Row{"a{1001}", "invalid repetition size"},
           Row{"\xff", "UTF-8"},
       }) {
    INFO(row.pattern);
    const auto regexp = IRegexp::create(row.pattern);
    REQUIRE_FALSE(regexp.has_value());
    INFO(regexp.error().message);
    CHECK(regexp.error().code == ErrorCode::invalid_argument);
    CHECK(regexp.error().message.find(row.message) != std::string::npos);
    CHECK(is_valid_utf8(regexp.error().message));
  }
  CHECK_FALSE(IRegexp::create(std::string(1001, 'a')).has_value());
  CHECK(IRegexp::create(std::string(1000, 'a')).has_value());
  CHECK_FALSE(IRegexp::create(std::string(60, '(') + std::string(60, ')')).has_value());
  CHECK_FALSE(IRegexp::create(R"((\p{L}{500}){2})").has_value());  // larger than RE2 bears
}

TEST_CASE("matching takes the whole text, searching a part", "[iregexp]") {
  struct Row {
    const char* pattern;
    const char* text;
    bool all;
    bool part;
  };
  for (const Row& row : {
           Row{"b", "abc", false, true},
           Row{"a|bc", "abc", false, true},
           Row{"a|abc", "abc", true, true},
           Row{"a.c", "a\nc", false, false},
           Row{"a.c", "a\rc", false, false},
           Row{"a.c",
               "a\xE2\x80\xA8"
               "c",
               true, true},  // U+2028
           Row{"a.c",
               "a\xF0\x90\x84\x81"
               "c",
               true, true},  // one code point, four bytes
           Row{"^b", "ab\nb", false, false},
           Row{"b$", "ab\n", false, false},
           Row{"", "", true, true},
           Row{"", "a", false, true},
           Row{R"(\p{Lu})", "\xD0\x96", true, true},
           Row{R"(\p{Cn})", "\xCD\xB8", true, true},  // U+0378 is not assigned
           Row{R"(\p{C})", "\xCD\xB8", true, true},
           Row{R"(\P{Cn})", "\xCD\xB8", false, false},
           Row{R"(\p{Cn})", "a", false, false},
           Row{R"(\p{C})", "\x01", true, true},
           Row{R"([a\p{Cn}]+)", "a\xCD\xB8", true, true},
           Row{"[^]", "^", true, true},
           Row{"A", "a", false, false},
       }) {
    INFO(row.pattern << " on " << row.text);
    const auto regexp = IRegexp::create(row.pattern);
    REQUIRE(regexp.has_value());
    CHECK(regexp->matches_all(row.text) == row.all);
    CHECK(regexp->matches_part(row.text) == row.part);
  }
}
