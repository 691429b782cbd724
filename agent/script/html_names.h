// The names HTML has for the characters that escaping functions replace: ASCII's punctuation,
// Latin-1, and the typographic signs of HTML 4. Pure table; names are exact.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace picket::agent {

// The code point of "amp", "eacute", "sol"; nothing for others.
std::optional<std::uint32_t> html_name(std::string_view name);

}  // namespace picket::agent
