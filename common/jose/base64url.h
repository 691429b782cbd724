// base64url without padding (RFC 7515, section 2), the alphabet of every part of a token.
// Pure, any thread; decoding is strict and never throws.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace picket::jose {

std::string to_base64url(std::string_view bytes);
// Nothing for a foreign character, padding, or a length that no encoding has.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace picket::jose
