// JSON texts of a provider: metadata, tokens, keys. Parsed within limits, never to a value so deep
// that rendering it would overflow the stack. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace picket::jose {

// Discarded when it is not JSON, or beyond the limits of common/core/json_limits.h.
nlohmann::json parse_json(std::string_view text);

}  // namespace picket::jose
