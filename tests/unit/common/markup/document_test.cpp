#include "common/markup/document.h"

#include <catch2/catch.hpp>

#include "common/markup/xpath.h"

using namespace picket;
using namespace picket::markup;

namespace {

std::string text(const Result<Document>& document, std::string_view path) {
  REQUIRE(document.has_value());
  const auto found = XPath::compile(path).value().find(*document);
  REQUIRE(found.has_value());
  REQUIRE(found->values.size() == 1);
  return std::get<std::string>(found->values.front());
}

std::string refusal(const Result<Document>& document) {
  REQUIRE_FALSE(document.has_value());
  CHECK(document.error().code == ErrorCode::invalid_argument);
  return document.error().message;
}

}  // namespace

TEST_CASE("a document is XML when its type or its declaration says so", "[markup][document]") {
  constexpr std::string_view kDeclared = "<?xml version=\"1.0\"?><a/>";
  CHECK(Document::parse("<a/>", "application/xml").value().is_xml());
  CHECK(Document::parse("<a/>", "Text/XML; charset=utf-8").value().is_xml());
  CHECK(Document::parse("<a/>", "application/atom+xml").value().is_xml());
  CHECK(Document::parse(kDeclared, "").value().is_xml());
  CHECK(Document::parse(kDeclared, "application/octet-stream").value().is_xml());
  CHECK_FALSE(Document::parse(kDeclared, "text/html").value().is_xml());
  CHECK_FALSE(Document::parse("<a/>", "").value().is_xml());
}

TEST_CASE("HTML is mended as browsers do", "[markup][document]") {
  const auto page = Document::parse_html("<TITLE>a &amp; b</TITLE><p>one<p CLASS=x>two<br>3");
  CHECK(text(page, "//title") == "a & b");
  CHECK(text(page, "//p[@class = 'x']") == "two3");
  const auto list = Document::parse_html("<ul><li>one<li Data-X=1>two</ul><main>m</main>");
  CHECK(text(list, "//li[2]") == "two");
  CHECK(text(list, "//li/@data-x") == "1");
  CHECK(text(list, "/html/body/main") == "m");
  CHECK(text(Document::parse_html("x &nbsp; y &#x41; &unknown;"), "//body") == "x y A &unknown;");
}

TEST_CASE("scripts are text and end at their own end tag", "[markup][document]") {
  const auto page = Document::parse_html("<script>if (a<b) x='</p><b>';</script><b>bold</b>");
  CHECK(text(page, "//script") == "if (a<b) x='</p><b>';");
  CHECK(text(page, "//b") == "bold");
}

TEST_CASE("an empty document has nothing in it", "[markup][document]") {
  for (const char* body : {"", " ", "\n"}) {
    INFO('"' << body << '"');
    const auto page = Document::parse_html(body);
    if (page.has_value()) {
      CHECK_FALSE(XPath::compile("//*").value().find(*page).value().present);
    } else {
      CHECK(refusal(page) == "the document is empty");
    }
  }
}

TEST_CASE("XML that is not well-formed is refused with its place", "[markup][document]") {
  CHECK(refusal(Document::parse_xml("<a>\n  <b></a>")) ==
        "the document is not well-formed XML: Opening and ending tag mismatch: b line 2 and a, "
        "line 2, column 10");
  CHECK(refusal(Document::parse_xml("<a>\xFC</a>")).find("not proper UTF-8") != std::string::npos);
  CHECK_FALSE(Document::parse_xml("").has_value());
  CHECK_FALSE(Document::parse_xml("just text").has_value());
  CHECK_FALSE(Document::parse_xml("<a/><b/>").has_value());
}

TEST_CASE("names of XML are as written, whatever the namespaces", "[markup][document]") {
  const auto feed = Document::parse_xml(
      "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:m='urn:m'><entry m:id='7'><m:price>4"
      "</m:price></entry><inner xmlns='urn:other'><entry>x</entry></inner></feed>");
  CHECK(text(feed, "/feed/entry/m:price") == "4");
  CHECK(text(feed, "//@m:id") == "7");
  CHECK(text(feed, "//inner/entry") == "x");
}

TEST_CASE("CDATA and the five entities of XML are text", "[markup][document]") {
  CHECK(text(Document::parse_xml("<a><![CDATA[1 < 2]]> &lt;&amp;&#65;</a>"), "/a") == "1 < 2 <&A");
}
