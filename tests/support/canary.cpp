#include "tests/support/canary.h"

#include <fmt/format.h>

#include <functional>

#include "common/core/hex.h"

namespace picket::test {
namespace {

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string each_byte(const std::string& value, const std::function<std::string(char)>& write) {
  std::string out;
  for (const char c : value) out += write(c);
  return out;
}

unsigned byte_of(char c) { return static_cast<unsigned char>(c); }

std::string percent(const std::string& value, std::string_view kept, bool lower,
                    bool plus = false) {
  return each_byte(value, [&](char c) {
    if (plus && c == ' ') return std::string{"+"};
    if (is_alnum(c) || kept.find(c) != std::string_view::npos) return std::string{c};
    return lower ? fmt::format("%{:02x}", byte_of(c)) : fmt::format("%{:02X}", byte_of(c));
  });
}

std::string percent_all(const std::string& value) {
  return each_byte(value, [](char c) { return fmt::format("%{:02X}", byte_of(c)); });
}

// Code points of valid UTF-8.
std::vector<std::uint32_t> code_points(const std::string& value) {
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < value.size();) {
    const unsigned first = byte_of(value[i]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    std::uint32_t code = length == 1 ? first : first & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) code = code << 6 | (byte_of(value[i + k]) & 0x3FU);
    out.push_back(code);
    i += length;
  }
  return out;
}

std::string utf8(std::uint32_t code) {
  std::string out;
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
  return out;
}

std::string each_point(const std::string& value,
                       const std::function<std::string(std::uint32_t)>& write) {
  std::string out;
  for (const std::uint32_t code : code_points(value)) out += write(code);
  return out;
}

std::string json_unit(std::uint32_t code, bool upper) {
  const auto unit = [&](std::uint32_t u) {
    return upper ? fmt::format("\\u{:04X}", u) : fmt::format("\\u{:04x}", u);
  };
  if (code < 0x10000) return unit(code);
  return unit(0xD800 + ((code - 0x10000) >> 10)) + unit(0xDC00 + ((code - 0x10000) & 0x3FF));
}

struct Json {
  bool slash{false};  // "\/"
  bool ascii{false};  // nothing beyond ASCII stays
  bool html{false};   // as Go does: < > & as \u003c
  bool all{false};    // every character that is no letter or digit
  bool upper{false};
};

std::string json(const std::string& value, const Json& how) {
  return each_point(value, [&](std::uint32_t code) -> std::string {
    const char c = code < 0x80 ? static_cast<char>(code) : '\0';
    if (how.all && !(c != '\0' && is_alnum(c))) return json_unit(code, how.upper);
    if (c == '"' || c == '\\') return std::string{"\\"} + c;
    if (c == '/' && how.slash) return "\\/";
    if (c == '\n') return "\\n";
    if (c == '\t') return "\\t";
    if (code < 0x20 || (code >= 0x80 && how.ascii)) return json_unit(code, how.upper);
    if (how.html && (c == '<' || c == '>' || c == '&')) return json_unit(code, how.upper);
    return utf8(code);
  });
}

enum class Html { named, php, decimal, hex, latin };

std::string html(const std::string& value, Html how) {
  return each_point(value, [&](std::uint32_t code) -> std::string {
    const char c = code < 0x80 ? static_cast<char>(code) : '\0';
    const bool special = c == '<' || c == '>' || c == '&' || c == '"' || c == '\'';
    if (how == Html::decimal || how == Html::hex) {
      if (c != '\0' && is_alnum(c)) return std::string{c};
      return how == Html::hex ? fmt::format("&#x{:X};", code) : fmt::format("&#{};", code);
    }
    if (how == Html::latin && code == 0xE9) return "&eacute;";
    if (how == Html::latin && code == 0xDF) return "&szlig;";
    if (how == Html::latin && c == '/') return "&sol;";
    if (!special) return utf8(code);
    if (c == '<') return "&lt;";
    if (c == '>') return "&gt;";
    if (c == '&') return "&amp;";
    if (c == '"') return "&quot;";
    return how == Html::php ? "&#039;" : "&apos;";
  });
}

std::string for_urls(std::string base64) {
  for (char& c : base64) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (base64.ends_with('=')) base64.pop_back();
  return base64;
}

// What the value alone decides of the base64 of something larger.
std::string decided(const std::string& value, std::size_t offset) {
  const std::string encoded = to_base64(std::string(offset, 'x') + value);
  const std::size_t first = (offset * 8 + 5) / 6;
  const std::size_t end = (offset + value.size()) * 8 / 6;
  return encoded.substr(first, end - first);
}

void add_base64(const std::string& value, std::vector<Spelled>& out) {
  out.push_back({"base64", to_base64(value)});
  out.push_back({"base64 for URLs", for_urls(to_base64(value))});
  out.push_back({"base64 in a URL", percent(to_base64(value), "", false)});
  if (value.size() < 6) return;
  for (std::size_t offset = 0; offset < 3; ++offset) {
    out.push_back({"base64 inside", decided(value, offset)});
    out.push_back({"base64 inside, for URLs", for_urls(decided(value, offset))});
  }
}

}  // namespace

std::string random_secret(Random& random) {
  static const std::vector<std::string> kParts{
      "a",  "Z", "7",  "x9", " ",  "+",    "%",        "%41",     "%25",    "&", "&amp;",
      "<",  ">", "\"", "'",  "\\", "\\\\", "\\n",      "\\u0041", "/",      "=", "?",
      "#",  ":", ";",  "@",  "$",  "{",    "}",        "[",       "]",      "~", "-",
      "_",  ".", ",",  "!",  "|",  "`",    "^",        "*",       "(",      ")", "\n",
      "\t", "é", "ß",  "€",  "日", "😀",   "Q0FOQVJZ", "==",      "Basic ", "  "};
  static constexpr std::string_view kCore =
      "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  std::string out;
  const auto core = [&](std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) out += kCore[random.below(kCore.size())];
  };
  const std::uint64_t kind = random.below(10);
  if (kind == 0) {  // like base64
    core(8 + random.below(60));
    return out + (random.chance(0.5) ? "==" : "+/");
  }
  if (kind == 1) {  // several lines
    out = "-----BEGIN KEY-----\n";
    for (int i = 0; i < 3; ++i, out += '\n') core(40);
    return out + "-----END KEY-----";
  }
  core(2);
  const std::uint64_t parts = 1 + random.below(kind == 2 ? 40 : 8);
  for (std::uint64_t i = 0; i < parts; ++i) {
    out += kParts[random.below(kParts.size())];
    if (random.chance(0.5)) core(1 + random.below(3));
  }
  core(2);
  return out;
}

std::vector<Spelled> spellings(const std::string& value) {
  constexpr std::string_view kUnreserved = "-._~";
  std::vector<Spelled> out{
      {"plain", value},
      {"percent", percent(value, kUnreserved, false)},
      {"percent, lower case", percent(value, kUnreserved, true)},
      {"form", percent(value, "*-._", false, true)},
      {"encodeURIComponent", percent(value, "-._~!*'()", false)},
      {"percent, every byte", percent_all(value)},
      {"json", json(value, {})},
      {"json with \\/", json(value, {.slash = true})},
      {"json in ASCII", json(value, {.ascii = true})},
      {"json for HTML", json(value, {.html = true})},
      {"json, every sign", json(value, {.all = true, .upper = true})},
      {"html", html(value, Html::named)},
      {"html by PHP", html(value, Html::php)},
      {"html, decimal", html(value, Html::decimal)},
      {"html, hexadecimal", html(value, Html::hex)},
      {"html, all names", html(value, Html::latin)},
      {"percent, twice", percent(percent(value, kUnreserved, false), kUnreserved, false)},
      {"json in a URL", percent(json(value, {}), kUnreserved, false)},
      {"json in HTML", html(json(value, {}), Html::named)},
      {"html in JSON", json(html(value, Html::named), {.html = true})},
      {"json in JSON", json(json(value, {}), {})},
      {"html in HTML", html(html(value, Html::named), Html::named)},
  };
  add_base64(value, out);
  return out;
}

std::optional<std::string> find_canary(std::string_view text, const std::string& value) {
  for (const Spelled& spelled : spellings(value))
    if (text.find(spelled.text) != std::string_view::npos)
      return spelled.form + ": " + spelled.text;
  for (std::size_t i = 0; i + kPieceBytes <= value.size(); ++i) {
    const std::string_view piece = std::string_view{value}.substr(i, kPieceBytes);
    if (text.find(piece) != std::string_view::npos) return "piece: " + std::string{piece};
  }
  return std::nullopt;
}

}  // namespace picket::test
