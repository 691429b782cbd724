// How YAML stands in the source: how far a scalar reaches, and yaml-cpp's complaints in words that
// help. Pure functions, private to the reading of documents.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace picket::checks {

struct ScalarExtent {
  int length{1};         // code points of its first line, for the caret
  bool verbatim{false};  // the text stands on one line as it is: offsets in it are columns
  std::size_t quote{0};  // bytes before the text begins (1 behind a quote)
  bool unclosed{false};  // a quote without its end
};

// Of the scalar `value` that starts at byte `start` of `text`, anchors and tags before it included.
ScalarExtent scalar_extent(std::string_view text, std::size_t start, std::string_view value);

struct SyntaxAdvice {
  std::string message;
  std::string help;
};

// For yaml-cpp's message about this source line.
SyntaxAdvice syntax_advice(std::string_view message, std::string_view line);

}  // namespace picket::checks
