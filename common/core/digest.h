// SHA-256, SHA-384, SHA-512 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), by OpenSSL.
// Pure functions for any thread; they keep no key.
#pragma once

#include <string>
#include <string_view>

namespace picket {

std::string sha256(std::string_view bytes);      // 32 raw bytes
std::string sha256_hex(std::string_view bytes);  // 64 lower-case hex digits
std::string sha384(std::string_view bytes);      // 48 raw bytes
std::string sha512(std::string_view bytes);      // 64 raw bytes
std::string hmac_sha256(std::string_view key, std::string_view message);  // 32 raw bytes

// Equal content, compared in time that depends on the lengths only.
bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace picket
