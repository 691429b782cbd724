#include "common/model/filter.h"

#include <catch2/catch.hpp>

using namespace picket;

namespace {

Filter filter(std::string_view name, std::string pattern = {}) {
  return {parse_filter_op(name).value(), std::move(pattern)};
}

}  // namespace

TEST_CASE("every filter has a name that is read back", "[filter]") {
  for (const std::string& name : filter_names()) CHECK(to_string(*parse_filter_op(name)) == name);
  CHECK(filter_names().size() == 8);
  CHECK_FALSE(parse_filter_op("rot13").has_value());
}

TEST_CASE("filters change a text", "[filter]") {
  struct Row {
    Filter filter;
    const char* text;
    const char* wanted;
  };
  for (const Row& row : {
           Row{filter("trim"), " \t a b \n", "a b"},
           Row{filter("lower"), "AbZ\xC3\x96", "abz\xC3\x96"},
           Row{filter("upper"), "aBz", "ABZ"},
           Row{filter("url_decode"), "a%20b+c%2Fd%C3%B6", "a b c/d\xC3\xB6"},
           Row{filter("base64_decode"), "YWI=", "ab"},
           Row{filter("base64_decode"), "YWI", "ab"},
           Row{filter("base64_decode"), "fn4-Pz8_", "~~>???"},
           Row{filter("base64_decode"), "fn4+Pz8/", "~~>???"},
           Row{filter("html_unescape"), "a&amp;&lt;b&gt;&quot;&apos;&#39;&#x41;&nbsp;",
               "a&<b>\"''A\xC2\xA0"},
           Row{filter("html_unescape"), "&amp;amp; & &unknown; &#0; &#xD800; &",
               "&amp; & &unknown; &#0; &#xD800; &"},
           Row{filter("json_unescape"), R"(a\/b\u00f6\n)", "a/b\xC3\xB6\n"},
           Row{filter("regex", "code=([^&]+)"), "x?code=ab&y", "ab"},
           Row{filter("regex", "a(b)?c"), "abc", "b"},
       }) {
    INFO(to_string(row.filter.op) << ": " << row.text);
    CHECK(apply_filters({row.filter}, row.text) == row.wanted);
  }
}

TEST_CASE("filters apply in their order", "[filter]") {
  CHECK(apply_filters({}, "a") == "a");
  CHECK(apply_filters({filter("url_decode"), filter("base64_decode"), filter("trim")}, "IGEg%3D%3D")
            .has_value() == false);
  CHECK(apply_filters({filter("url_decode"), filter("base64_decode"), filter("trim")},
                      "IGEgYg%3D%3D") == "a b");
}

TEST_CASE("a filter that cannot do its work says so without the text", "[filter]") {
  struct Row {
    Filter filter;
    std::string text;
    const char* why;
  };
  const std::string secret = "hunter2";
  for (const Row& row : {
           Row{filter("url_decode"), secret + "%2", "filter url_decode: a broken %XX"},
           Row{filter("url_decode"), secret + "%zz", "a broken %XX"},
           Row{filter("url_decode"), secret + "%00", "the result is no text"},
           Row{filter("url_decode"), secret + "%ff", "the result is no text"},
           Row{filter("base64_decode"), secret + "!", "filter base64_decode: not base64"},
           Row{filter("base64_decode"), "YWI=x", "not base64"},
           Row{filter("base64_decode"), "YWI==", "not base64"},
           Row{filter("base64_decode"), "Y", "not base64"},
           Row{filter("base64_decode"), "/w==", "the result is no text"},
           Row{filter("json_unescape"), secret + "\"", "not the inside of a JSON string"},
           Row{filter("json_unescape"), R"(\ud800)", "not the inside of a JSON string"},
           Row{filter("regex", "x(y)"), secret, "filter regex: no match"},
           Row{filter("trim"), std::string(kFilteredBytesMax + 1, 'a'), "larger than 1 MiB"},
       }) {
    INFO(to_string(row.filter.op) << ": " << row.why);
    const auto done = apply_filters({row.filter}, row.text);
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error().message.find(row.why) != std::string::npos);
    CHECK(done.error().message.find(secret) == std::string::npos);
  }
}
