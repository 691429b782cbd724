#include "common/markup/stylesheet.h"

#include <catch2/catch.hpp>

using namespace picket::markup;

namespace {

using List = std::vector<std::string>;

}  // namespace

TEST_CASE("imports stand before other rules", "[markup][stylesheet]") {
  CHECK(scan_stylesheet("@import 'a.css'; @import url(b.css) screen;@import url( \"c.css\" );")
            .imports == List{"a.css", "b.css", "c.css"});
  CHECK(scan_stylesheet("@charset \"utf-8\"; /* @import 'no'; */ @IMPORT 'a.css';").imports ==
        List{"a.css"});
  CHECK(scan_stylesheet("@layer base; @import 'a' layer(base);").imports == List{"a"});
  CHECK(scan_stylesheet("p{} @import 'late.css';").imports.empty());
  CHECK(scan_stylesheet("@media print { @import 'inside.css'; }").imports.empty());
  CHECK(scan_stylesheet("@import 'a'; @import 'a';").imports == List{"a"});
  CHECK(scan_stylesheet("@import; @import 12; @import").imports.empty());
}

TEST_CASE("a font face is one URL, the best format", "[markup][stylesheet]") {
  struct Row {
    const char* css;
    List want;
  };
  for (const Row& row : {
           Row{"@font-face{font-family:A;src:url(a.woff2)}", {"a.woff2"}},
           Row{"@font-face { src: local('A'), url('a.ttf') format('truetype'),"
               " url(a.woff) format(\"woff\"), url(a.w2) format(woff2); }",
               {"a.w2"}},
           Row{"@font-face{src:url(a.eot);src:url('a.eot?#iefix') format('embedded-opentype'),"
               "url(a.woff) format('woff')}",
               {"a.woff"}},
           Row{"@media screen{@font-face{src:url(a.woff2?v=1)}}", {"a.woff2?v=1"}},
           Row{"@font-face{src:url(a);unicode-range:U+0000-00FF, U+0131}", {"a"}},
           Row{"@font-face{unicode-range:U+0400-045F;src:url(a)}", {}},
           Row{"@font-face{src:url(a);unicode-range:u+4?}", {"a"}},
           Row{"@font-face{src:url(a);unicode-range:nonsense}", {"a"}},
           Row{"@font-face{src:local('A')}", {}},
           Row{"@font-face{font-family:\"}\";src:url(a)}p{background:url(b.png)}", {"a"}},
           Row{"/*@font-face{src:url(no)}*/p::after{content:'@font-face{src:url(no)}'}", {}},
           Row{"@font-face{src:url(a)", {"a"}},
           Row{"@font-face{src:url(a", {"a"}},
           Row{"@font-face{src:url(\\61\\.woff2)}", {"a.woff2"}},
       }) {
    INFO(row.css);
    CHECK(scan_stylesheet(row.css).fonts == row.want);
  }
}

TEST_CASE("broken style sheets are read as far as they make sense", "[markup][stylesheet]") {
  CHECK(scan_stylesheet("p{content:'open\n}@font-face{src:url(a)}").fonts == List{"a"});
  CHECK(scan_stylesheet("@import 'a\\'b.css';").imports == List{"a'b.css"});
  for (const char* css : {"", "@", "\\", "/*", "'", "url(", "@font-face", "@font-face{", "}}}}",
                          "@font-face{src", "@font-face{src:", "@font-face{unicode-range"}) {
    INFO(css);
    CHECK(scan_stylesheet(css).imports.empty());
    CHECK(scan_stylesheet(css).fonts.empty());
  }
}

TEST_CASE("a style sheet of any size has a bounded list", "[markup][stylesheet]") {
  std::string css;
  for (int i = 0; i < 10'000; ++i) css += "@import 'i" + std::to_string(i) + ".css';";
  const Stylesheet sheet = scan_stylesheet(css);
  CHECK(sheet.imports.size() == Stylesheet::kUrlsMax);
  CHECK(sheet.cut);
  CHECK(scan_stylesheet(std::string(2'000'000, '{')).fonts.empty());
}

TEST_CASE("the URLs of a style attribute", "[markup][stylesheet]") {
  CHECK(scan_urls("background: url(a.png) no-repeat, url('b.png'); color: red") ==
        List{"a.png", "b.png"});
  CHECK(scan_urls("background:url(data:image/png;base64,AA==)") ==
        List{"data:image/png;base64,AA=="});
  CHECK(scan_urls("color: red").empty());
}
