#include "common/markup/xpath.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::markup;

namespace {

constexpr std::string_view kPage = R"(<html><head><title> The
  shop </title></head><body id=top><h1>Tea &amp; <b>more</b></h1>
  <ul><li data-n=1>green<li data-n=2>black<li>white</ul><p>12.50</p>
  <div>seen<script>hidden()</script><style>b{}</style> too</div><!--note--></body></html>)";

Found find(std::string_view path) {
  const auto document = Document::parse_html(kPage);
  const auto xpath = XPath::compile(path);
  REQUIRE(xpath.has_value());
  const auto found = xpath->find(document.value());
  REQUIRE(found.has_value());
  return *found;
}

Value only(std::string_view path) {
  const Found found = find(path);
  INFO(path);
  REQUIRE(found.present);
  REQUIRE_FALSE(found.is_list);
  return found.values.front();
}

std::string mistake(std::string_view path) {
  const auto xpath = XPath::compile(path);
  return xpath ? "" : xpath.error().message;
}

Value text(const char* value) { return std::string{value}; }

}  // namespace

TEST_CASE("one node is its text, white space collapsed", "[markup][xpath]") {
  CHECK(only("//title") == text("The shop"));
  CHECK(only("//h1") == text("Tea & more"));
  CHECK(only("//li[@data-n=2]") == text("black"));
  CHECK(only("//li[1]/@data-n") == text("1"));
  CHECK(only("//h1/text()") == text("Tea &"));
  CHECK(only("//comment()") == text("note"));
}

TEST_CASE("the text of an element leaves out scripts and styles", "[markup][xpath]") {
  CHECK(only("//div") == text("seen too"));
  CHECK(only("//script") == text("hidden()"));
}

TEST_CASE("several nodes are a list in document order", "[markup][xpath]") {
  const Found items = find("//li[3] | //li[1] | //title");
  CHECK(items.is_list);
  CHECK(items.values == std::vector<Value>{text("The shop"), text("green"), text("white")});
  CHECK(find("//li[3]/preceding-sibling::li").values ==
        std::vector<Value>{text("green"), text("black")});
}

TEST_CASE("numbers, texts and booleans stand as themselves", "[markup][xpath]") {
  CHECK(only("count(//li)") == Value{std::int64_t{3}});
  CHECK(only("number(//p)") == Value{12.5});
  CHECK(only("string(//li)") == text("green"));
  CHECK(only("string(//nothing)") == text(""));
  CHECK(only("//li = 'black'") == Value{true});
  CHECK(only("boolean(//nothing)") == Value{false});
}

TEST_CASE("no node and no number are absent", "[markup][xpath]") {
  CHECK_FALSE(find("//nothing").present);
  CHECK_FALSE(find("//li/@nothing").present);
  CHECK_FALSE(find("number(//title)").present);
}

TEST_CASE("mistakes are found when compiling, with their position", "[markup][xpath]") {
  CHECK(mistake("//p[") == "not XPath 1.0, at position 5");
  CHECK(mistake("//p[1") == "the [ ] is not complete, at position 6");
  CHECK(mistake("") == "not XPath 1.0, at position 1");
  CHECK(mistake("//p]") == "not XPath 1.0, at position 4");
  CHECK(mistake("//p[. = 'x]") == "a text without its closing quote, at position 12");
  CHECK(mistake("//p[$x]").find("variables do not exist here") == 0);
  CHECK(mistake("//p[lower-case(.) = 'x']") ==
        "XPath 1.0 has no function `lower-case`, at position 5");
  CHECK(mistake("//a[contain(., 'x')]") == "XPath 1.0 has no function `contain`, at position 5");
  CHECK(XPath::compile("//a[contain(., 'x')]").error().hint == "did you mean `contains`?");
  CHECK(mistake(std::string(XPath::kTextMax + 1, 'a')) == "an XPath has at most 8192 bytes");
  CHECK(mistake(std::string("//a\0b", 5)) == "an XPath holds no NUL character");
  CHECK_FALSE(mistake(std::string(4000, '(')).empty());
}

TEST_CASE("words before a parenthesis that are no functions", "[markup][xpath]") {
  for (const char* path : {"//a[(1) and (2)]", "//a[1 or(2)]", "6 div (2)", "7 mod (2)", "//text()",
                           "//child::node()", "//a[contains(., 'foo(')]", "5 -(2)",
                           "//processing-instruction('x')", "count (//a)", "//a[not(@b)]"}) {
    INFO(path);
    CHECK(mistake(path) == "");
  }
}

TEST_CASE("what only a document can tell is an error when finding", "[markup][xpath]") {
  const auto document = Document::parse_html(kPage).value();
  const auto prefix = XPath::compile("//soap:Body").value().find(document);
  REQUIRE_FALSE(prefix.has_value());
  CHECK(prefix.error().message == "`//soap:Body`: the document declares no such namespace prefix");
  const auto arity = XPath::compile("//li[contains('x')]").value().find(document);
  REQUIRE_FALSE(arity.has_value());
  CHECK(arity.error().message == "`//li[contains('x')]`: the wrong number of arguments");
  CHECK(XPath::compile("//li").value().find(document).value().values.size() == 3);
}
