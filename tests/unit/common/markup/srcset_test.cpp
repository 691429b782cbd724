#include "common/markup/srcset.h"

#include <catch2/catch.hpp>

using namespace picket::markup;

TEST_CASE("candidates of a srcset", "[markup][srcset]") {
  using List = std::vector<ImageCandidate>;
  CHECK(parse_srcset("a.png, b.png 2x").size() == 2);
  CHECK(parse_srcset("a.png 1.5x,b.png 640w") ==
        List{{.url = "a.png", .density = 1.5}, {.url = "b.png", .width = 640}});
  CHECK(parse_srcset(" ,, a,b.png , c.png 3x ") ==
        List{{.url = "a,b.png"}, {.url = "c.png", .density = 3}});
  CHECK(parse_srcset("data:image/png;base64,AA== 1x, b 2x") ==
        List{{.url = "data:image/png;base64,AA=="}, {.url = "b", .density = 2}});
  CHECK(parse_srcset("a 2y, b -1x, c 0w, d 1x2, e future(1, 2)").empty());
  CHECK(parse_srcset("").empty());
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "a 1x,";
  CHECK(parse_srcset(many).size() == 64);
}

TEST_CASE("the size of the source", "[markup][srcset]") {
  CHECK(source_size("", kMobileScreen) == 412);
  CHECK(source_size("(max-width: 600px) 50vw, 300px", kMobileScreen) == 206);
  CHECK(source_size("(max-width: 600px) 50vw, 300px", kDesktopScreen) == 300);
  CHECK(source_size("(max-width: 600px) and (orientation: portrait) 100px, 5px", kMobileScreen) ==
        100);
  CHECK(source_size("calc(100vw - 20px)", kDesktopScreen) == 1350);
}

TEST_CASE("the image is chosen by the device", "[markup][srcset]") {
  struct Row {
    const char* srcset;
    const char* sizes;
    const char* src;
    const char* desktop;
    const char* mobile;
  };
  for (const Row& row : {
           Row{"", "", "a.png", "a.png", "a.png"},
           Row{"", "", "", "", ""},
           Row{"b.png 2x, c.png 3x", "", "a.png", "a.png", "c.png"},
           Row{"b.png 2x", "", "a.png", "a.png", "b.png"},  // none is enough: the densest
           Row{"s.png 400w, m.png 800w, l.png 1600w", "", "a.png", "l.png", "l.png"},
           Row{"s.png 400w, m.png 800w, l.png 1600w", "(max-width: 600px) 150px, 700px", "a.png",
               "m.png", "s.png"},
           Row{"s.png 400w", "100px", "a.png", "s.png", "s.png"},
       }) {
    INFO(row.srcset << " / " << row.sizes);
    CHECK(choose_image(row.srcset, row.sizes, row.src, kDesktopScreen) == row.desktop);
    CHECK(choose_image(row.srcset, row.sizes, row.src, kMobileScreen) == row.mobile);
  }
}
