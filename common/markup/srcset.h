// Which image a browser would load, by the srcset and sizes of HTML for a screen. Pure; what is
// written wrongly is passed over as the standard says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/markup/screen.h"

namespace picket::markup {

struct ImageCandidate {
  std::string url;
  double density{1};  // of `2x`
  double width{0};    // of `640w`; 0: none
  bool operator==(const ImageCandidate&) const = default;
};

// At most 64; candidates with another descriptor are left out.
std::vector<ImageCandidate> parse_srcset(std::string_view srcset);

// The length of the first entry whose media condition holds, in CSS pixels; the screen's width
// where none does, or where it is no plain length.
double source_size(std::string_view sizes, const Screen& screen);

// The candidate with the least density that is enough for the screen, else the densest one; `src`
// (may be empty) stands as one of 1x where no width is given. Empty when there is none.
std::string choose_image(std::string_view srcset, std::string_view sizes, std::string_view src,
                         const Screen& screen);

}  // namespace picket::markup
