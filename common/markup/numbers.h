// Numbers at the beginning of texts of HTML and CSS. Pure; never throws, never reads a locale, and
// never goes on behind the number.
#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

namespace picket::markup {

struct LeadingNumber {
  double value{0};
  std::size_t length{0};  // bytes it takes
};

// `1`, `1.5`, `.5`, `-2`; finite.
inline std::optional<LeadingNumber> leading_number(std::string_view text) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  return LeadingNumber{value, static_cast<std::size_t>(end - text.data())};
}

}  // namespace picket::markup
