#include "agent/script/character_codes.h"

#include "agent/script/html_names.h"

namespace picket::agent {
namespace {

int hex_digit(std::uint32_t c) {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A') + 10;
  return -1;
}

std::optional<Code> plain_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return std::nullopt;
  return Code{static_cast<unsigned char>(text[at]), 1, true};
}

// `count` hexadecimal digits as the source shows them.
template <class Source>
std::optional<Code> hex_at(const Source& source, std::size_t at, int count) {
  Code code;
  for (int i = 0; i < count; ++i) {
    const auto c = source(at + code.length);
    const int digit = c ? hex_digit(c->value) : -1;
    if (digit < 0) return std::nullopt;
    code.value = code.value * 16 + static_cast<std::uint32_t>(digit);
    code.length += c->length;
  }
  return code;
}

// How much text stands for this character; nothing when another one stands there.
template <class Source>
std::optional<std::size_t> expect(const Source& source, std::size_t at, char wanted) {
  const auto c = source(at);
  if (!c || c->value != static_cast<unsigned char>(wanted)) return std::nullopt;
  return c->length;
}

template <class Source>
std::optional<Code> percent_at(const Source& source, std::size_t at) {
  const auto sign = expect(source, at, '%');
  if (!sign) return std::nullopt;
  auto code = hex_at(source, at + *sign, 2);
  if (code) code->length += *sign;
  return code;
}

// "\uXXXX", without what it may be the first half of.
template <class Source>
std::optional<Code> unit_at(const Source& source, std::size_t at) {
  const auto slash = expect(source, at, '\\');
  const auto letter = slash ? expect(source, at + *slash, 'u') : std::nullopt;
  if (!letter) return std::nullopt;
  auto code = hex_at(source, at + *slash + *letter, 4);
  if (!code) return std::nullopt;
  return Code{code->value, code->length + *slash + *letter, false};
}

template <class Source>
std::optional<Code> json_at(const Source& source, std::size_t at) {
  const auto slash = expect(source, at, '\\');
  if (!slash) return std::nullopt;
  if (const auto unit = unit_at(source, at)) {
    if (unit->value < 0xD800 || unit->value > 0xDBFF) return unit;
    const auto low = unit_at(source, at + unit->length);
    if (!low || low->value < 0xDC00 || low->value > 0xDFFF) return std::nullopt;
    return Code{0x10000 + ((unit->value - 0xD800) << 10) + (low->value - 0xDC00),
                unit->length + low->length, false};
  }
  const auto letter = source(at + *slash);
  if (!letter) return std::nullopt;
  const std::size_t length = *slash + letter->length;
  if (letter->value == 'x') {
    auto code = hex_at(source, at + length, 2);
    if (code) code->length += length;
    return code;
  }
  constexpr std::string_view kLetters = "nrtbf\"\\/'";
  constexpr std::string_view kMeaning = "\n\r\t\b\f\"\\/'";
  const auto known = letter->value < 0x80 ? kLetters.find(static_cast<char>(letter->value))
                                          : std::string_view::npos;
  if (known == std::string_view::npos) return std::nullopt;
  return Code{static_cast<unsigned char>(kMeaning[known]), length, true};
}

constexpr std::size_t kNameMax = 10;

std::optional<std::uint32_t> number_of(std::string_view digits) {
  const bool hex = digits.starts_with("x") || digits.starts_with("X");
  if (hex) digits.remove_prefix(1);
  std::uint32_t value = 0;
  for (const char c : digits) {
    const int digit = hex_digit(static_cast<unsigned char>(c));
    if (digit < 0 || (!hex && digit > 9)) return std::nullopt;
    value = value * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit);
  }
  if (digits.empty()) return std::nullopt;
  return value;
}

template <class Source>
std::optional<Code> html_at(const Source& source, std::size_t at) {
  const auto sign = expect(source, at, '&');
  if (!sign) return std::nullopt;
  std::array<char, kNameMax> name{};
  std::size_t length = *sign;
  for (std::size_t i = 0; i <= kNameMax; ++i) {
    const auto c = source(at + length);
    if (!c || c->value >= 0x80) return std::nullopt;
    length += c->length;
    if (c->value == ';') {
      const std::string_view found{name.data(), i};
      const auto value = found.starts_with("#") ? number_of(found.substr(1)) : html_name(found);
      if (!value) return std::nullopt;
      return Code{*value, length, false};
    }
    if (i < kNameMax) name[i] = static_cast<char>(c->value);
  }
  return std::nullopt;
}

template <class Source>
std::optional<Code> escape_at(const Source& source, std::size_t at, Layer layer) {
  switch (layer) {
    case Layer::none: return std::nullopt;
    case Layer::percent: return percent_at(source, at);
    case Layer::json: return json_at(source, at);
    case Layer::html: return html_at(source, at);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Code> read_code(std::string_view text, std::size_t at, Layer outer, Layer inner) {
  const auto plain = [text](std::size_t i) { return plain_at(text, i); };
  if (inner == Layer::none) return escape_at(plain, at, outer);
  if (outer == Layer::none) return escape_at(plain, at, inner);
  const auto layered = [&](std::size_t i) {
    const auto escape = escape_at(plain, i, outer);
    return escape ? escape : plain(i);
  };
  return escape_at(layered, at, inner);
}

}  // namespace picket::agent
