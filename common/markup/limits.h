// What a text would cost the parser, counted before it runs: libxml2 compares each attribute of a
// tag with all before it, and keeps 100 to 250 bytes for each tag and attribute. Pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "common/core/result.h"

namespace picket::markup {

struct MarkupCost {
  std::size_t nodes{0};               // tags and attributes
  std::size_t attribute_compares{0};  // the sum over all tags of n * (n - 1) / 2
};

// An upper bound: wherever a tag might begin, comments and scripts included, it is read as one.
// One pass, linear.
MarkupCost cost_of(std::string_view utf8);

// invalid_argument for more than Document::kBytesMax or kNodesMax, and for a tag with some 6,000
// attributes or many with hundreds.
Status within_limits(std::string_view utf8);

}  // namespace picket::markup
