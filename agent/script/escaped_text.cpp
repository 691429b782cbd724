#include "agent/script/escaped_text.h"

#include <array>
#include <optional>

namespace picket::agent {
namespace {

struct Code {
  unsigned value{0};
  std::size_t length{0};  // of the escape sequence
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Up to `most` digits of the base from `at` on.
Code number_at(std::string_view text, std::size_t at, unsigned base, std::size_t most) {
  Code code;
  while (code.length < most && at + code.length < text.size()) {
    const int digit = hex_digit(text[at + code.length]);
    if (digit < 0 || static_cast<unsigned>(digit) >= base) break;
    code.value = code.value * base + static_cast<unsigned>(digit);
    ++code.length;
  }
  return code;
}

std::optional<Code> percent_at(std::string_view text, std::size_t at) {
  const Code code = number_at(text, at + 1, 16, 2);
  if (code.length != 2) return std::nullopt;
  return Code{code.value, 3};
}

std::optional<Code> json_at(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return std::nullopt;
  const char c = text[at + 1];
  if (c == 'u') {
    const Code code = number_at(text, at + 2, 16, 4);
    if (code.length != 4) return std::nullopt;
    return Code{code.value, 6};
  }
  constexpr std::string_view kLetters = "nrtbf\"\\/'";
  constexpr std::string_view kMeaning = "\n\r\t\b\f\"\\/'";
  const auto known = kLetters.find(c);
  if (known == std::string_view::npos) return std::nullopt;
  return Code{static_cast<unsigned char>(kMeaning[known]), 2};
}

std::optional<Code> entity_at(std::string_view text, std::size_t at) {
  struct Named {
    std::string_view name;
    char c;
  };
  constexpr std::array<Named, 5> kNamed{
      Named{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
  const std::string_view rest = text.substr(at);
  for (const Named& named : kNamed)
    if (rest.starts_with(named.name))
      return Code{static_cast<unsigned char>(named.c), named.name.size()};
  if (!rest.starts_with("&#") || rest.size() < 4) return std::nullopt;
  const bool hex = rest[2] == 'x' || rest[2] == 'X';
  const Code code = number_at(rest, hex ? 3 : 2, hex ? 16 : 10, 8);
  const std::size_t end = (hex ? 3 : 2) + code.length;
  if (code.length == 0 || end >= rest.size() || rest[end] != ';') return std::nullopt;
  return Code{code.value, end + 1};
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// The code point at `at` of the value, for escapes that stand for a whole one.
Code code_point_at(std::string_view value, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(value[i]); };
  const unsigned first = byte(at);
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  if (length == 1 || at + length > value.size()) return {first, 1};
  unsigned code = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (byte(at + i) & 0x3FU);
  return {code, length};
}

// JSON writes what lies beyond the first plane as two halves.
std::optional<Code> surrogates_at(std::string_view text, std::size_t at) {
  const auto high = json_at(text, at);
  if (!high || high->length != 6 || high->value < 0xD800 || high->value > 0xDBFF)
    return std::nullopt;
  if (at + 6 >= text.size() || text[at + 6] != '\\') return std::nullopt;
  const auto low = json_at(text, at + 6);
  if (!low || low->length != 6 || low->value < 0xDC00 || low->value > 0xDFFF) return std::nullopt;
  return Code{0x10000 + ((high->value - 0xD800) << 10) + (low->value - 0xDC00), 12};
}

std::optional<Code> escape_at(std::string_view text, std::size_t at) {
  if (text[at] == '\\') {
    if (const auto pair = surrogates_at(text, at)) return pair;
    return json_at(text, at);
  }
  if (text[at] == '&') return entity_at(text, at);
  if (text[at] == '+') return Code{' ', 1};
  return std::nullopt;
}

}  // namespace

std::size_t spelled_length(std::string_view text, std::size_t at, std::string_view value) {
  std::size_t i = at;
  for (std::size_t v = 0; v < value.size();) {
    if (i >= text.size()) return 0;
    const auto byte = static_cast<unsigned char>(value[v]);
    if (text[i] == '%') {
      const auto code = percent_at(text, i);
      const bool same = code && lower(static_cast<char>(code->value)) == lower(value[v]);
      if (same) {
        i += code->length;
        ++v;
        continue;
      }
    }
    const Code wanted = code_point_at(value, v);
    const auto escape = escape_at(text, i);
    const bool folded = escape && wanted.length == 1 && escape->value < 0x80 &&
                        lower(static_cast<char>(escape->value)) == lower(static_cast<char>(byte));
    if (escape && (escape->value == wanted.value || folded)) {
      i += escape->length;
      v += wanted.length;
      continue;
    }
    if (lower(text[i]) != lower(value[v])) return 0;
    ++i;
    ++v;
  }
  return i - at;
}

}  // namespace picket::agent
