// Hexadecimal and base64 (RFC 4648, with padding) of byte strings.
// Pure functions for any thread; decoding is strict and never throws.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace picket {

std::string to_hex(std::string_view bytes);  // lower case
std::optional<std::string> from_hex(std::string_view text);

std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);  // strict alphabet and padding

}  // namespace picket
