#include "common/core/utf8.h"

namespace picket {

std::string encode_utf8(std::uint32_t code_point) {
  const auto byte = [&](std::uint32_t mark, int shift, std::uint32_t mask) {
    return static_cast<char>(mark | ((code_point >> shift) & mask));
  };
  if (code_point < 0x80) return {byte(0, 0, 0x7F)};
  if (code_point < 0x800) return {byte(0xC0, 6, 0x1F), byte(0x80, 0, 0x3F)};
  if (code_point < 0x10000)
    return {byte(0xE0, 12, 0x0F), byte(0x80, 6, 0x3F), byte(0x80, 0, 0x3F)};
  return {byte(0xF0, 18, 0x07), byte(0x80, 12, 0x3F), byte(0x80, 6, 0x3F), byte(0x80, 0, 0x3F)};
}

}  // namespace picket
