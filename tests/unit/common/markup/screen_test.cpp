#include "common/markup/screen.h"

#include <catch2/catch.hpp>

using namespace picket::markup;

TEST_CASE("media queries are judged for a screen", "[markup][screen]") {
  struct Row {
    const char* media;
    bool desktop;  // 1350 x 940, density 1
    bool mobile;   // 412 x 823, density 2.625
  };
  for (const Row& row : {
           Row{"", true, true},
           Row{" all ", true, true},
           Row{"Screen", true, true},
           Row{"print", false, false},
           Row{"not print", true, true},
           Row{"only screen and (min-width: 600px)", true, false},
           Row{"(max-width:600px)", false, true},
           Row{"(min-width: 37.5em)", true, false},
           Row{"(width: 412px)", false, true},
           Row{"(min-width: 1px) and (max-width: 411px)", false, false},
           Row{"print, (orientation: portrait)", false, true},
           Row{"(orientation: landscape)", true, false},
           Row{"(min-resolution: 2dppx)", false, true},
           Row{"(min-resolution: 192dpi)", false, true},
           Row{"(-webkit-min-device-pixel-ratio: 1.5)", false, true},
           Row{"not (min-width: 600px)", false, true},
           Row{"(min-height: 900px)", true, false},
           Row{"(prefers-color-scheme: dark)", false, false},
           Row{"(min-width: banana)", false, false},
           Row{"(min-width: 600px", false, false},
           Row{"braille", false, false},
       }) {
    INFO(row.media);
    CHECK(media_matches(row.media, kDesktopScreen) == row.desktop);
    CHECK(media_matches(row.media, kMobileScreen) == row.mobile);
  }
}

TEST_CASE("lengths in CSS pixels", "[markup][screen]") {
  CHECK(length_px("300px", kMobileScreen) == 300.0);
  CHECK(length_px(" 50VW ", kMobileScreen) == 206.0);
  CHECK(length_px("10vh", kDesktopScreen) == 94.0);
  CHECK(length_px("1.5rem", kDesktopScreen) == 24.0);
  CHECK(length_px("0", kDesktopScreen) == 0.0);
  for (const char* bad : {"", "px", "10", "10%", "calc(1px + 2px)", "1e999px", "nan", "inf"}) {
    INFO(bad);
    CHECK_FALSE(length_px(bad, kDesktopScreen).has_value());
  }
}
