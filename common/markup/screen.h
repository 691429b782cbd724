// The screen a page is read for: what media queries, srcset and sizes are judged by. Nothing is
// rendered. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace picket::markup {

struct Screen {
  int width{1350};  // CSS pixels
  int height{940};
  double density{1};  // device pixels for each CSS pixel
};

inline constexpr Screen kDesktopScreen{1350, 940, 1};
inline constexpr Screen kMobileScreen{412, 823, 2.625};  // a middling phone

// A list of media queries: types all and screen, `and`, `not`, `only`, and min-/max-/exact width,
// height, resolution, -webkit-device-pixel-ratio and orientation. An empty list holds; a feature
// that is not known does not.
bool media_matches(std::string_view media, const Screen& screen);

// CSS pixels of `10px`, `50vw`, `2em`, `0`; nothing for any other length, calc() included.
std::optional<double> length_px(std::string_view text, const Screen& screen);

}  // namespace picket::markup
