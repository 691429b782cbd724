#include "common/markup/selector.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::markup;

namespace {

constexpr std::string_view kPage = R"(<html lang=en-GB><body>
<main id=m class="wide  dark"><h1>Shop</h1><p class=a>one</p><p class="b a">two</p><h2></h2>
<p lang="en">three</p></main>
<form id=login><input name=_csrf value=t0k><input name=user><input type=checkbox checked name=c>
<select name=s><option value=1>x<option value=2 selected>y</select>
<button disabled data-Kind="Big Button">go</button></form>
<ul><li id=i1>1<li id=i2>2<li id=i3>3<li id=i4>4<li id=i5>5</ul>
<my-card data-x="a'b&quot;c">card</my-card><div id="1st">first</div><div id="gr&#252;n">g</div>
</body></html>)";

// What is found, as "a|b|c".
std::string find(std::string_view selector, std::string_view attribute = {}) {
  static const Document document = Document::parse_html(kPage).value();
  const auto compiled = Selector::compile(selector);
  if (!compiled) return compiled.error().message;
  const auto found = compiled->find(document, attribute);
  if (!found) return found.error().message;
  std::string out = found->present ? "" : "absent";
  for (const Value& value : found->values)
    out += (out.empty() ? "" : "|") + std::get<std::string>(value);
  return out;
}

struct Row {
  const char* selector;
  const char* want;
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(row.selector);
    CHECK(find(row.selector) == row.want);
  }
}

}  // namespace

TEST_CASE("types, ids, classes", "[markup][selector]") {
  check({{"h1", "Shop"},
         {"H1", "Shop"},
         {"main h1", "Shop"},
         {"#m > h1", "Shop"},
         {"p.a", "one|two"},
         {".a.b", "two"},
         {"p.A", "absent"},
         {"my-card", "card"},
         {"#\\31 st", "first"},
         {"#gr\xC3\xBCn", "g"},
         {"*#i1", "1"},
         {"main p, #i2", "one|two|three|2"},
         {"#i2, #i1", "1|2"},  // in document order
         {"#nothing", "absent"}});
}

TEST_CASE("attributes", "[markup][selector]") {
  check({{"[lang=en]", "three"},
         {"p[lang|=en]", "three"},
         {"p[lang='en']", "three"},
         {"p[ lang = \"EN\" i ]", "three"},
         {"p[lang=\"EN\"]", "absent"},
         {"button[data-kind~=Big]", "go"},
         {"button[data-kind~='Big Button']", "absent"},
         {"button[DATA-KIND^=Big]", "go"},
         {"button[data-kind$=ton]", "go"},
         {"button[data-kind*=' B']", "go"},
         {"button[data-kind*='']", "absent"},
         {"button[disabled]", "go"},
         {"button[disabled=disabled]", "go"},  // the library gives bare flags their name
         {"p[disabled='']", "absent"},
         {"[data-x='a\\'b\"c']", "card"},
         {"[data-x=\"a'b\\22 c\"]", "card"},
         {"[data-x$='\"c']", "card"}});
}

TEST_CASE("combinators", "[markup][selector]") {
  check({{"main>p", "one|two|three"},
         {"html > p", "absent"},
         {"h1 + p", "one"},
         {"h1 ~ p", "one|two|three"},
         {"p.a + p.a", "two"},
         {"h2 + p", "three"},
         {"body main > h1 ~ p + h2 + p", "three"},
         {"p + h1", "absent"},
         {"form li", "absent"},
         {"html   body\n main\th1", "Shop"}});
}

TEST_CASE("positions", "[markup][selector]") {
  check({{"li:first-child", "1"},
         {"li:last-child", "5"},
         {"li:nth-child(3)", "3"},
         {"li:nth-child(odd)", "1|3|5"},
         {"li:nth-child(even)", "2|4"},
         {"li:nth-child(2n+1)", "1|3|5"},
         {"li:nth-child( 3n - 1 )", "2|5"},
         {"li:nth-child(-n+2)", "1|2"},
         {"li:nth-child(n+4)", "4|5"},
         {"li:nth-child(0)", "absent"},
         {"li:nth-child(6)", "absent"},
         {"li:nth-last-child(2)", "4"},
         {"li:nth-last-child(-n+2)", "4|5"},
         {"main p:first-child", "absent"},
         {"main p:first-of-type", "one"},
         {"main p:last-of-type", "three"},
         {"main p:nth-of-type(2)", "two"},
         {"main p:nth-last-of-type(3)", "one"},
         {"main h1:only-of-type", "Shop"},
         {"h1:only-child", "absent"}});
}

TEST_CASE("negation, choice and state", "[markup][selector]") {
  check({{"main p:not(.a)", "three"},
         {"main p:not(.b, [lang])", "one"},
         {"main p:not(:first-of-type, :is(p)[lang])",
          "`-of-type` needs the name of an element "
          "before it, at position 12"},
         {"main :is(h1, p.b)", "Shop|two"},
         {"main :where(p):not(:is(.a))", "three"},
         {"li:not(:nth-child(-n+3)):not(#i5)", "4"},
         {"button:disabled", "go"},
         {"option:checked", "y"}});
  CHECK(find(":root", "lang") == "en-GB");
  CHECK(find("h2:empty", "class") == "absent");
  CHECK(find("input:checked", "name") == "c");
}

TEST_CASE("an attribute is found instead of the text", "[markup][selector]") {
  CHECK(find("input[name=_csrf]", "value") == "t0k");
  CHECK(find("input[name=_csrf]", "VALUE") == "t0k");
  CHECK(find("input[name=_csrf]") == "");  // no text, but there
  CHECK(find("input", "name") == "_csrf|user|c");
  CHECK(find("input", "value") == "t0k");  // of those that have it
  CHECK(find("input[name=user]", "value") == "absent");
}

TEST_CASE("elements carry their attributes and raw scripts", "[markup][selector]") {
  const auto document =
      Document::parse_html("<script src=a.js DEFER>x  <  y</script><p title='t'>a  b</p><p>c")
          .value();
  const auto all = Selector::compile("script, p").value().elements(document, 2).value();
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "script");
  CHECK(all[0].attribute("src") == "a.js");
  CHECK(all[0].has("defer"));
  CHECK_FALSE(all[0].has("async"));
  CHECK(all[0].text == "x  <  y");
  CHECK(all[1].text == "a b");
}

TEST_CASE("XML has its names as written, of any namespace", "[markup][selector]") {
  const auto document =
      Document::parse_xml(
          "<s:Envelope xmlns:s='urn:s'><s:Body><Item Id='1'>x</Item></s:Body></s:Envelope>")
          .value();
  CHECK(Selector::compile("Body > Item[Id='1']").value().find(document).value().present);
  CHECK(Selector::compile("Item").value().find(document, "Id").value().present);
  CHECK_FALSE(Selector::compile("body item").value().find(document).value().present);
}

TEST_CASE("mistakes have their position", "[markup][selector]") {
  check({{"", "the selector ends where an element is expected, at position 1"},
         {"a >", "the selector ends where an element is expected, at position 4"},
         {"a,", "the selector ends where an element is expected, at position 3"},
         {"a > > b", "unexpected `> b`, at position 5"},
         {"a)", "unexpected `)`, at position 2"},
         {"#1st", "an id does not begin with a digit: quote it, or write \\31 , at position 2"},
         {".", "a class expected, at position 2"},
         {"[a", "`]` or one of = ~= |= ^= $= *= expected, at position 3"},
         {"[a=1]", "a value does not begin with a digit: quote it, or write \\31 , at position 4"},
         {"[a='x]", "the text has no closing quote, at position 4"},
         {"[a='x' x]", "`]` expected to end the attribute, at position 8"},
         {"[a^x]", "`=` expected after `^`, at position 4"},
         {"svg|a", "namespaces cannot be written, at position 4"},
         {"a::before", "pseudo-elements are no elements: they cannot be found, at position 2"},
         {":first-of-type", "`-of-type` needs the name of an element before it, at position 1"},
         {"a:nth-child(x)", "a number, odd, even or an+b expected, at position 13"},
         {"a:nth-child(2n+)", "a number expected, at position 16"},
         {"a:nth-child(9999999)", "the number is too large, at position 13"},
         {"a:not(b c)", "`,` or `)` expected: combinators cannot stand inside, at position 9"},
         {"a\\", "nothing follows the \\, at position 3"}});
  CHECK(find("a:hover").find("`:hover` is not there: :first-child") == 0);
  CHECK(find("a:has(b)").find("`:has()` is not there: :not()") == 0);
  CHECK(find(":not(:not(:not(:not(:not(a)))))").find("nested too deep") == 0);
  CHECK(find(std::string(1025, 'a')) == "a selector has at most 1024 bytes");
  CHECK(find("a\xFF") == "a selector is UTF-8 text without NUL");
}
