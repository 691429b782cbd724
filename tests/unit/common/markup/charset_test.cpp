#include "common/markup/charset.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::markup;
using namespace std::string_literals;

TEST_CASE("the charset of a content type", "[markup][charset]") {
  CHECK(charset_of("text/html; charset=UTF-8") == "utf-8");
  CHECK(charset_of("text/html;charset=\"ISO-8859-1\"; x=y") == "iso-8859-1");
  CHECK(charset_of("text/html; a=b; Charset = 'windows-1251'") == "windows-1251");
  CHECK(charset_of("text/html") == "");
  CHECK(charset_of("charset=utf-8") == "");
  CHECK(charset_of("text/html; charset=a/b//TRANSLIT") == "a");
}

TEST_CASE("HTML becomes UTF-8 by mark, transport, meta, then by its bytes", "[markup][charset]") {
  struct Row {
    const char* what;
    std::string body;
    const char* type;
    std::string want;
  };
  const std::string utf8 = "gr\xC3\xBC\xC3\x9F";
  const std::string latin = "gr\xFC\xDF";
  for (const Row& row : {
           Row{"utf-8 by itself", utf8, "", utf8},
           Row{"not utf-8: windows-1252", latin, "", utf8},
           Row{"the transport", latin, "text/html; charset=iso-8859-1", utf8},
           Row{"latin1 means windows-1252", "\x80", "text/html; charset=latin1", "\xE2\x82\xAC"},
           Row{"the mark before the transport", "\xEF\xBB\xBF" + utf8,
               "text/html; charset=iso-8859-1", utf8},
           Row{"UTF-16 by its mark", "\xFF\xFEg\0r\0"s, "", "gr"},
           Row{"meta", "<meta charset=\"iso-8859-1\">" + latin, "",
               "<meta charset=\"iso-8859-1\">" + utf8},
           Row{"http-equiv",
               "<META http-equiv=Content-Type content='text/html; charset=KOI8-R'>\xC1", "",
               "<META http-equiv=Content-Type content='text/html; charset=KOI8-R'>\xD0\xB0"},
           Row{"a meta cannot be UTF-16", "<meta charset=utf-16>x", "", "<meta charset=utf-16>x"},
           Row{"broken UTF-8 that claims to be", "a\xC3(b", "text/html; charset=utf-8",
               "a\xEF\xBF\xBD(b"},
           Row{"NUL is no text", "a\0b"s, "", "a b"},
           Row{"Shift JIS", "\x93\xFA", "text/html; charset=Shift_JIS", "\xE6\x97\xA5"},
       }) {
    INFO(row.what);
    const auto got = html_to_utf8(row.body, row.type);
    REQUIRE(got.has_value());
    CHECK(*got == row.want);
  }
}

TEST_CASE("bytes outside the charset become replacement characters", "[markup][charset]") {
  CHECK(html_to_utf8("a\xFF\xFF"
                     "b",
                     "text/html; charset=euc-jp")
            .value() ==
        "a\xEF\xBF\xBD\xEF\xBF\xBD"
        "b");
  CHECK(html_to_utf8("\xFE\xFF\0a\0"s, "").value() == "a\xEF\xBF\xBD");  // half a character
}

TEST_CASE("a charset nobody knows is named", "[markup][charset]") {
  const auto got = html_to_utf8("x", "text/html; charset=klingon");
  REQUIRE_FALSE(got.has_value());
  CHECK(got.error().message == "the document says charset \"klingon\", which is not known");
}

TEST_CASE("XML says its encoding itself", "[markup][charset]") {
  const std::string head = "<?xml version='1.0' encoding='ISO-8859-1'?>";
  CHECK(xml_to_utf8(head + "<a>\xFC</a>", "").value() == head + "<a>\xC3\xBC</a>");
  CHECK(xml_to_utf8(head + "<a>\xC3\xBC</a>", "text/xml; charset=utf-8").value() ==
        head + "<a>\xC3\xBC</a>");
  CHECK(xml_to_utf8("<\0?\0x\0"s, "").value() == "<?x");
  CHECK(xml_to_utf8("<a>\xFC</a>", "").value() == "<a>\xFC</a>");  // the parser will refuse it
}
