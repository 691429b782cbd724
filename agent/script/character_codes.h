// One character as percent-encoding, JSON and HTML write it, read from text in which those escapes
// may themselves be escaped. Pure; the lowest layer of escaped_text.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace picket::agent {

struct Code {
  std::uint32_t value{0};
  std::size_t length{0};  // of the text that stands for it
  bool is_byte{true};     // a byte, not a code point
};

enum class Layer { none, percent, json, html };

// What stands at `at` when `inner` was applied first and `outer` over it: "%5C%22" is a quotation
// mark to (percent, json). Nothing when no such escape stands there.
std::optional<Code> read_code(std::string_view text, std::size_t at, Layer outer, Layer inner);

// True for a byte with which an escape may begin.
constexpr bool begins_escape(char c) { return c == '%' || c == '\\' || c == '&'; }

}  // namespace picket::agent
