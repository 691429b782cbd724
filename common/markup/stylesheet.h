// What a style sheet makes a browser fetch: its imports and fonts. A bounded scanner, not a parser
// of CSS: it knows comments, strings, url(), blocks, @import and @font-face. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace picket::markup {

struct Stylesheet {
  static constexpr std::size_t kUrlsMax = 128;  // of each kind; the rest is dropped
  std::vector<std::string> imports;  // before any other rule, as written, escapes resolved
  // One URL for each @font-face, WOFF2 before WOFF before others. Faces whose unicode-range leaves
  // out the letter A are not there: browsers load them for other scripts only.
  std::vector<std::string> fonts;
  bool cut{false};
};

Stylesheet scan_stylesheet(std::string_view css);

// The url()s of a declaration list, such as a style attribute has; at most kUrlsMax.
std::vector<std::string> scan_urls(std::string_view declarations);

}  // namespace picket::markup
