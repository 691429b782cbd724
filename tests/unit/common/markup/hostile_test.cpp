// Documents made to cost: each is refused with the limit it passed, or read at a price that was
// known before.
#include <sys/resource.h>

#include <catch2/catch.hpp>

#include "common/markup/document.h"
#include "common/markup/selector.h"

using namespace picket;
using namespace picket::markup;

namespace {

std::string repeated(std::string_view part, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += part;
  return out;
}

std::string refusal(const Result<Document>& document) {
  return document ? "" : document.error().message;
}

std::string error_of(std::string_view path, const Document& document) {
  const auto found = XPath::compile(path).value().find(document);
  return found ? "" : found.error().message;
}

}  // namespace

TEST_CASE("what is nested too deep is refused, not cut", "[markup][hostile]") {
  CHECK(refusal(Document::parse_html(repeated("<div>", 250) + "deep")).empty());
  CHECK(refusal(Document::parse_html(repeated("<div>", 260) + "deep")) ==
        "the document is nested deeper than 256 elements");
  CHECK(refusal(Document::parse_html(repeated("<b>", 100'000))) ==
        "the document is nested deeper than 256 elements");
  CHECK(refusal(Document::parse_xml(repeated("<a>", 300) + repeated("</a>", 300)))
            .find("nested deeper than 256 elements") != std::string::npos);
}

TEST_CASE("entities are never expanded", "[markup][hostile]") {
  std::string laughs = "<!DOCTYPE l [<!ENTITY a 'ha'>";
  for (char c = 'b'; c < 'l'; ++c)
    laughs += std::string("<!ENTITY ") + c + " '" +
              repeated(std::string("&") + static_cast<char>(c - 1) + ";", 10) + "'>";
  laughs += "]><l>&k;</l>";
  CHECK(refusal(Document::parse_xml(laughs)) ==
        "the document declares the entity \"a\"; entities are not read");
  CHECK(refusal(
            Document::parse_xml("<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><x>&f;</x>"))
            .find("entity \"f\"") != std::string::npos);
  CHECK(refusal(
            Document::parse_xml("<!DOCTYPE x [<!ENTITY % p SYSTEM 'http://127.0.0.1/'> %p;]><x/>"))
            .find("entity \"p\"") != std::string::npos);
  CHECK(refusal(Document::parse_xml("<!DOCTYPE x [<!ATTLIST x a CDATA 'long'>]><x/>"))
            .find("declares attributes of \"x\"") != std::string::npos);
  // In HTML a document type has no declarations.
  const auto page = Document::parse_html("<!DOCTYPE x [<!ENTITY a 'ha'>]><p>&a;</p>");
  REQUIRE(page.has_value());
  CHECK_FALSE(Selector::compile("p").value().find(*page).value().values.front() ==
              Value{std::string{"ha"}});
}

TEST_CASE("an external document type is not fetched", "[markup][hostile]") {
  const auto page = Document::parse_xml(
      "<!DOCTYPE html PUBLIC 'x' 'file:///etc/passwd'><html><p>a&nbsp;b</p></html>");
  REQUIRE(page.has_value());
  CHECK(XPath::compile("//p").value().find(*page).value().values.front() ==
        Value{std::string{"ab"}});
}

TEST_CASE("100,000 attributes are refused before they are compared", "[markup][hostile]") {
  std::string one = "<p";
  for (int i = 0; i < 100'000; ++i) one += " a" + std::to_string(i);
  CHECK(refusal(Document::parse_html(one + ">")) ==
        "the document has a tag with thousands of attributes");
  CHECK(refusal(Document::parse_xml("<p/>" + one)) ==
        "the document has a tag with thousands of attributes");
}

TEST_CASE("a large text is read, a larger one refused", "[markup][hostile]") {
  const auto page = Document::parse_html("<p>" + std::string(3'000'000, 'x'));
  REQUIRE(page.has_value());
  CHECK(error_of("//p", *page) == "what it finds is larger than 1 MiB: narrow it");
  CHECK(error_of("string(//p)", *page) == "what it finds is larger than 1 MiB: narrow it");
  CHECK(error_of("string-length(//p)", *page).empty());
  CHECK(refusal(Document::parse_html(std::string(5'000'000, 'x'))) ==
        "the document has more than 4 MiB");
  // Smaller as sent than as text: each byte becomes three.
  CHECK(refusal(Document::parse_html(std::string(2'000'000, '\x80'), "text/html; charset=cp1252"))
            .find("4 MiB") != std::string::npos);
}

TEST_CASE("an expression stops at its limit of steps", "[markup][hostile]") {
  const auto page = Document::parse_html(repeated("<p>x", 50'000));
  REQUIRE(page.has_value());
  CHECK(error_of("//*[count(//*) > 1]", *page) ==
        "`//*[count(//*) > 1]`: it takes more than 10000000 steps on this document: narrow it");
  CHECK(error_of("//p[. = //p]", *page) != "");
  const auto nth = Selector::compile("p:nth-child(2n+1)").value().find(*page);
  REQUIRE_FALSE(nth.has_value());
  CHECK(nth.error().message.find("steps") != std::string::npos);
  CHECK(Selector::compile("p:nth-child(40)").value().find(*page).value().present);
}

TEST_CASE("values that repeat a text many times are refused", "[markup][hostile]") {
  const auto page =
      Document::parse_html(repeated("<div>", 200) + std::string(100'000, 'x') + "</div>");
  REQUIRE(page.has_value());
  CHECK(error_of("//div", *page) == "what it finds is larger than 1 MiB: narrow it");
  CHECK(error_of("count(//div)", *page) == "");
}

TEST_CASE("memory of the costliest documents stays below 64 MiB", "[markup][hostile]") {
  const auto peak = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;  // MiB
  };
  const long before = peak();
  CHECK(Document::parse_html(repeated("<p a>x", Document::kNodesMax / 2 - 1)).has_value());
  CHECK(Document::parse_html(repeated("x</p>", 140'000)).has_value());
  CHECK(Document::parse_html(repeated("&lt;", 1'000'000)).has_value());
#if !defined(__SANITIZE_ADDRESS__)
  CHECK(peak() - before < 64);
#endif
  CHECK(peak() >= before);
}

TEST_CASE("bytes of any kind are read or refused", "[markup][hostile]") {
  std::string noise;
  unsigned state = 1;
  for (int i = 0; i < 100'000; ++i) {
    state = state * 1664525u + 1013904223u;
    noise += static_cast<char>(state >> 24);
  }
  CHECK(Document::parse_html(noise).has_value());
  CHECK_FALSE(Document::parse_xml(noise).has_value());
  for (const char* broken : {"<", "<!", "<!-", "<?", "</", "<a", "<a b", "<a b=", "<a b='", "&#",
                             "<![CDATA[", "<script>", "<!DOCTYPE", "<a b=\"\xC3"}) {
    INFO(broken);
    Document::parse_html(broken);
    CHECK_FALSE(Document::parse_xml(broken).has_value());
  }
}
