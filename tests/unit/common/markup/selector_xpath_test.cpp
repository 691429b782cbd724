// The translation itself: what each selector becomes, as a table.
#include <catch2/catch.hpp>

#include "common/markup/selector_syntax.h"

using namespace picket;
using namespace picket::markup;

namespace {

std::string html(std::string_view selector) {
  return to_xpath(parse_selector(selector).value(), NameRule::html);
}

}  // namespace

TEST_CASE("selectors become one pass over the document", "[markup][selector]") {
  struct Row {
    const char* selector;
    const char* want;
  };
  for (const Row& row : {
           Row{"*", "/descendant::*"},
           Row{"DIV", "/descendant::div"},
           Row{"#a", "/descendant::*[@id = 'a']"},
           Row{"p.x", "/descendant::p[contains(concat(' ', normalize-space(@class), ' '), ' x ')]"},
           Row{"a b", "/descendant::b[ancestor::a]"},
           Row{"a > b", "/descendant::b[parent::a]"},
           Row{"a + b", "/descendant::b[preceding-sibling::*[1][self::a]]"},
           Row{"a ~ b", "/descendant::b[preceding-sibling::a]"},
           Row{"a > b c", "/descendant::c[ancestor::b[parent::a]]"},
           Row{"a, b", "/descendant::*[self::a or self::b]"},
           Row{"[x]", "/descendant::*[@x]"},
           Row{"[x\\:y]", "/descendant::*[@*[name() = 'x:y']]"},
           Row{"[x^=v]", "/descendant::*[starts-with(@x, 'v')]"},
           Row{"[x$=end]", "/descendant::*[substring(@x, string-length(@x) - 2) = 'end']"},
           Row{"[x=\"'\"]", "/descendant::*[@x = \"'\"]"},
           Row{"[x=\"'\\22\"]", "/descendant::*[@x = concat('', \"'\", '\"')]"},
           Row{"li:nth-child(1)", "/descendant::li[not(preceding-sibling::*[1])]"},
           Row{"li:nth-child(3)",
               "/descendant::li[preceding-sibling::*[2] and not(preceding-sibling::*[3])]"},
           Row{"li:nth-child(2n)",
               "/descendant::li[(count(preceding-sibling::*) + 1) >= 0 and "
               "(count(preceding-sibling::*) + 1) mod 2 = 0]"},
           Row{"li:last-of-type", "/descendant::li[not(following-sibling::li[1])]"},
           Row{"a:not(b, .c)",
               "/descendant::a[not(self::b or "
               "contains(concat(' ', normalize-space(@class), ' '), ' c '))]"},
       }) {
    INFO(row.selector);
    CHECK(html(row.selector) == row.want);
  }
}

TEST_CASE("names of XML keep their case and forget their namespace", "[markup][selector]") {
  CHECK(to_xpath(parse_selector("Body > Item[Id]").value(), NameRule::xml) ==
        "/descendant::*[local-name() = 'Item'][@Id][parent::*[local-name() = 'Body']]");
}
