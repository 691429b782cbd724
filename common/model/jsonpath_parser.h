// RFC 9535's grammar and its rules of well-typedness: text to syntax tree. Private to
// common/model. Pure.
#pragma once

#include <string_view>

#include "common/core/result.h"
#include "common/model/jsonpath_query.h"

namespace picket::jsonpath {

constexpr std::size_t kBytesMax = 4096;
constexpr int kNestingMax = 32;  // filters, parentheses and calls inside of each other
constexpr std::size_t kSegmentsMax = 128;

// invalid_argument: what is wrong, with the position from 1 in code points. Besides the RFC's
// rules: the limits above, and a literal pattern of match() or search() that is no I-Regexp (the
// RFC lets it be false for ever, which no author of a check means).
Result<Query> parse(std::string_view text);

}  // namespace picket::jsonpath
