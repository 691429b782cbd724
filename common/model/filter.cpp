#include "common/model/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "common/core/text.h"
#include "common/core/utf8.h"
#include "common/model/matcher.h"

namespace picket {
namespace {

constexpr std::array<std::string_view, 8> kNames{"trim",          "lower",         "upper",
                                                 "url_decode",    "base64_decode", "html_unescape",
                                                 "json_unescape", "regex"};

using Filtered = std::optional<std::string>;

std::optional<std::uint32_t> number_of(std::string_view digits, int base) {
  std::uint32_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc{} || digits.empty() || end != digits.data() + digits.size())
    return std::nullopt;
  return value;
}

Filtered mapped(std::string text, char from, char to, int shift) {
  for (char& c : text)
    if (c >= from && c <= to) c = static_cast<char>(c + shift);
  return text;
}

Filtered url_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const auto byte = text.size() - i > 2 ? number_of(text.substr(i + 1, 2), 16) : std::nullopt;
    if (!byte) return std::nullopt;
    out += static_cast<char>(*byte);
    i += 2;
  }
  return out;
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

Filtered base64_decoded(std::string_view text) {
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  if (padding != 0 && text.size() % 4 != 0) return std::nullopt;
  text.remove_suffix(padding);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>((bits >> count) & 0xFF);
  }
  return out;
}

// The text of `&name;` without & and ;, or nothing when it is none of ours.
std::optional<std::string> entity(std::string_view name) {
  struct Row {
    std::string_view name;
    const char* text;
  };
  constexpr std::array kRows{Row{"amp", "&"},   Row{"lt", "<"},   Row{"gt", ">"},
                             Row{"quot", "\""}, Row{"apos", "'"}, Row{"nbsp", "\xC2\xA0"}};
  for (const Row& row : kRows)
    if (row.name == name) return row.text;
  if (!name.starts_with('#')) return std::nullopt;
  name.remove_prefix(1);
  const bool hex = name.starts_with('x') || name.starts_with('X');
  const auto point = hex ? number_of(name.substr(1), 16) : number_of(name, 10);
  if (!point || *point == 0 || *point > 0x10FFFF || (*point >= 0xD800 && *point <= 0xDFFF))
    return std::nullopt;
  return encode_utf8(*point);
}

Filtered html_unescaped(std::string_view text) {
  constexpr std::size_t kNameMax = 12;
  std::string out;
  while (!text.empty()) {
    const std::size_t amp = std::min(text.find('&'), text.size());
    out += text.substr(0, amp);
    text.remove_prefix(amp);
    const std::size_t end = text.substr(0, kNameMax).find(';');
    const auto known = end == text.npos ? std::nullopt : entity(text.substr(1, end - 1));
    if (text.empty()) break;
    out += known ? *known : std::string{"&"};
    text.remove_prefix(known ? end + 1 : 1);
  }
  return out;
}

Filtered json_unescaped(const std::string& text) {
  const auto parsed = nlohmann::json::parse('"' + text + '"', nullptr, false);
  if (!parsed.is_string()) return std::nullopt;
  return parsed.get<std::string>();
}

Filtered apply(const Filter& filter, std::string text) {
  switch (filter.op) {
    case FilterOp::trim: return std::string{trim_ascii(text)};
    case FilterOp::lower: return mapped(std::move(text), 'A', 'Z', 'a' - 'A');
    case FilterOp::upper: return mapped(std::move(text), 'a', 'z', 'A' - 'a');
    case FilterOp::url_decode: return url_decoded(text);
    case FilterOp::base64_decode: return base64_decoded(text);
    case FilterOp::html_unescape: return html_unescaped(text);
    case FilterOp::json_unescape: return json_unescaped(text);
    case FilterOp::regex: return find_pattern(filter.pattern, text);
  }
  return std::nullopt;
}

std::string_view reason(FilterOp op) {
  switch (op) {
    case FilterOp::url_decode: return "a broken %XX";
    case FilterOp::base64_decode: return "not base64";
    case FilterOp::json_unescape: return "not the inside of a JSON string";
    case FilterOp::regex: return "no match";
    default: return "";
  }
}

}  // namespace

std::string_view to_string(FilterOp op) { return kNames[static_cast<std::size_t>(op)]; }

std::optional<FilterOp> parse_filter_op(std::string_view name) {
  const auto* const at = std::find(kNames.begin(), kNames.end(), name);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<FilterOp>(at - kNames.begin());
}

std::vector<std::string> filter_names() { return {kNames.begin(), kNames.end()}; }

Result<std::string> apply_filters(const std::vector<Filter>& filters, std::string text) {
  const auto refuse = [](const Filter& filter, std::string_view why) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("filter {}: {}", to_string(filter.op), why));
  };
  for (const Filter& filter : filters) {
    if (text.size() > kFilteredBytesMax) return refuse(filter, "the text is larger than 1 MiB");
    auto filtered = apply(filter, std::move(text));
    if (!filtered) return refuse(filter, reason(filter.op));
    if (!is_valid_utf8(*filtered) || filtered->find('\0') != std::string::npos)
      return refuse(filter, "the result is no text");
    text = std::move(*filtered);
  }
  return text;
}

}  // namespace picket
