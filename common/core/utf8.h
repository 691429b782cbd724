// One code point as UTF-8 (RFC 3629), for readers of escapes: JSON paths, HTML entities.
// Pure, for any thread; it reads no text, see text.h.
#pragma once

#include <cstdint>
#include <string>

namespace picket {

// Requires a code point up to U+10FFFF that is no surrogate.
std::string encode_utf8(std::uint32_t code_point);

}  // namespace picket
