// Limits of JSON texts that came from others. The library's parser has none of its own, and what
// renders its values recurses: each such text is counted before it is parsed. Pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "common/core/result.h"

namespace picket {

constexpr int kJsonDepthMax = 128;
constexpr std::size_t kJsonValuesMax = 250'000;  // about 30 MB at worst

// invalid_argument: deeper or more values. Does not say whether it is JSON at all.
Status check_json_limits(std::string_view text);

}  // namespace picket
