#include "common/markup/page_resources.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::markup;

namespace {

PageResources read(std::string_view html, const Screen& screen = kDesktopScreen) {
  return page_resources(Document::parse_html(html).value(), screen).value();
}

// "script a.js", "image b.png", ...
std::vector<std::string> listed(std::string_view html, const Screen& screen = kDesktopScreen) {
  std::vector<std::string> out;
  for (const Resource& resource : read(html, screen).resources)
    out.push_back(std::string(to_string(resource.kind)) + " " + resource.url);
  return out;
}

using List = std::vector<std::string>;

}  // namespace

TEST_CASE("scripts that a browser would run", "[markup][page]") {
  CHECK(listed("<script src=a.js></script><script type=module src=' b.js '></script>"
               "<script type='text/javascript' src=c.js></script>") ==
        List{"script a.js", "script b.js", "script c.js"});
  CHECK(listed("<script>inline()</script><script type=application/json src=d></script>"
               "<script type=importmap src=e></script><script nomodule src=f></script>"
               "<script type='application/ld+json'>{}</script>")
            .empty());
  const auto page = read(
      "<script src=a></script><script defer src=b></script>"
      "<script async src=c integrity='sha256-x'></script>");
  CHECK_FALSE(page.resources[0].deferred);
  CHECK(page.resources[1].deferred);
  CHECK(page.resources[2].deferred);
  CHECK(page.resources[2].integrity == "sha256-x");
}

TEST_CASE("links: style sheets, preloads, modules", "[markup][page]") {
  CHECK(listed("<link rel=stylesheet href=a.css><link rel='alternate stylesheet' href=no>"
               "<link rel=stylesheet disabled href=no><link rel=STYLESHEET media=print href=p.css>"
               "<link rel=preload as=font href=f.woff2 crossorigin>"
               "<link rel=preload as=fetch href=d.json><link rel=modulepreload href=m.js>"
               "<link rel=icon href=no><link rel=dns-prefetch href=//no><link rel=next href=no>"
               "<link rel=preload as=image media='(max-width: 600px)' href=no>") ==
        List{"style sheet a.css", "style sheet p.css", "font f.woff2", "preload d.json",
             "script m.js"});
  CHECK(read("<link rel=stylesheet media=print href=p.css>").resources[0].deferred);
}

TEST_CASE("a preload and its use are one fetch", "[markup][page]") {
  const auto page = read(
      "<link rel=preload as=script href=a.js>"
      "<script src=a.js integrity=sha384-x></script><script src=a.js></script>");
  REQUIRE(page.resources.size() == 1);
  CHECK_FALSE(page.resources[0].preload);
  CHECK_FALSE(page.resources[0].deferred);
  CHECK(page.resources[0].integrity == "sha384-x");
}

TEST_CASE("images by device, pictures, lazy ones", "[markup][page]") {
  constexpr std::string_view kImages =
      "<img src=a.png srcset='a3.png 3x'><picture><source type=image/jxl srcset=no.jxl>"
      "<source media='(max-width: 600px)' srcset=small.webp><img src=large.png loading=lazy>"
      "</picture><img src=after.png><img src='data:image/png;base64,AA=='><img>";
  CHECK(listed(kImages) == List{"image a.png", "image large.png", "image after.png"});
  CHECK(listed(kImages, kMobileScreen) ==
        List{"image a3.png", "image small.webp", "image after.png"});
  CHECK(read(kImages).lazy_images == 1);
  CHECK(listed("<video poster=p.jpg></video><input type=image src=i.png><input src=no>"
               "<p style=\"background:url('bg.png')\">") ==
        List{"image p.jpg", "image i.png", "image bg.png"});
}

TEST_CASE("frames and style elements", "[markup][page]") {
  CHECK(listed("<iframe src=f.html></iframe><iframe srcdoc=x src=no></iframe>"
               "<iframe src=about:blank></iframe><iframe src='javascript:x()'></iframe>") ==
        List{"frame f.html"});
  CHECK(listed("<style>@import 'i.css'; @font-face{src:url(f.woff2)} p{background:url(no)}"
               "</style>") == List{"style sheet i.css", "font f.woff2"});
}

TEST_CASE("what is not shown is not fetched", "[markup][page]") {
  CHECK(listed("<body><noscript><img src=pixel.gif></noscript>"
               "<template><script src=t.js></script></template><!-- <script src=c.js> -->")
            .empty());
}

TEST_CASE("the base of a page is its first one", "[markup][page]") {
  CHECK(read("<base target=x><base href=' /shop/ '><base href=/no/>").base == "/shop/");
  CHECK(read("<p>").base.empty());
}

TEST_CASE("only what reaches a server is fetched", "[markup][page]") {
  for (const char* url : {"a", "/a", "//cdn/a", "https://a/", "HTTP://a", "a?b:c", "a/b:c"}) {
    INFO(url);
    CHECK(is_fetched(url));
  }
  for (const char* url : {"", " ", "#a", "data:x", "blob:x", "about:blank", "javascript:0",
                          "mailto:a@b", "ftp://a"}) {
    INFO(url);
    CHECK_FALSE(is_fetched(url));
  }
}

TEST_CASE("a page of any size has a bounded list", "[markup][page]") {
  std::string html;
  for (int i = 0; i < 5'000; ++i) html += "<img src=i" + std::to_string(i) + ">";
  const auto page = read(html);
  CHECK(page.resources.size() == PageResources::kResourcesMax);
  CHECK(page.cut);
}
