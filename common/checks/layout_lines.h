// A YAML file as lines for the formatter: which begin something in block style, which continue a
// text or a flow collection, which are comments. Pure; private to format.cpp. It reads less than a
// parser: the formatter holds its result against the parser's tree.
#pragma once

#include <string>
#include <vector>

#include "common/core/result.h"

namespace picket::checks {

enum class LineKind {
  blank,
  comment,       // nothing else on the line
  mark,          // %YAML, ---, ...
  start,         // a key or a list item begins here
  continuation,  // of the text or flow collection that began above
};

struct LayoutLine {
  LineKind kind{LineKind::blank};
  int number{0};          // in the source, from 1
  std::size_t column{0};  // of the first character, from 0
  std::string text;       // without indentation and trailing spaces
  // Of a start line.
  std::vector<std::size_t> dashes;  // columns of "- ", in order
  std::size_t content{0};           // column of what follows them; the end when nothing does
  std::string key;                  // plain or unquoted; empty: the line has none
  std::size_t value{0};             // offset in `text` of the value; text.size(): none
  bool literal{false};              // its value is a block text (| or >)
  bool kept{false};                 // of an empty continuation: it counts also as a last one
};

// invalid_argument with "line N: why" for what the formatter does not lay out: complex keys,
// block texts with an indentation of their own.
Result<std::vector<LayoutLine>> read_layout(const std::string& text);

}  // namespace picket::checks
