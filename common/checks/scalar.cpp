#include "common/checks/scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "common/core/text.h"

namespace picket::checks {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return text;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

bool has_leading_zero(std::string_view text) {
  text = without_sign(text);
  return text.size() > 1 && text[0] == '0' && all_digits(text);
}

bool is_prefixed(std::string_view text) {
  text = without_sign(text);
  if (text.size() < 3 || text[0] != '0') return false;
  if (text[1] == 'o') return text.substr(2).find_first_not_of("01234567") == text.npos;
  return text[1] == 'x' && text.substr(2).find_first_not_of("0123456789abcdefABCDEF") == text.npos;
}

bool is_infinite(std::string_view text) {
  const std::string lower = to_lower_ascii(without_sign(text));
  return lower == ".inf" || lower == ".nan";
}

template <class T>
std::optional<T> number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// [-+]? (digits | digits . digits? | . digits) ([eE] [-+]? digits)?
bool is_float(std::string_view text) {
  text = without_sign(text);
  const std::size_t exponent = text.find_first_of("eE");
  if (exponent != text.npos) {
    if (!all_digits(without_sign(text.substr(exponent + 1)))) return false;
    text = text.substr(0, exponent);
  }
  const std::size_t dot = text.find('.');
  if (dot == text.npos) return exponent != text.npos && all_digits(text);
  const std::string_view whole = text.substr(0, dot);
  const std::string_view part = text.substr(dot + 1);
  if (whole.empty() && part.empty()) return false;
  return (whole.empty() || all_digits(whole)) && (part.empty() || all_digits(part));
}

Value resolve_plain(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  if (all_digits(without_sign(text))) {
    if (const auto whole = number<std::int64_t>(text)) return *whole;
  }
  if (is_float(text) || all_digits(without_sign(text))) {
    if (const auto real = number<double>(text)) return *real;
  }
  return text;
}

}  // namespace

std::optional<Ambiguity> ambiguity_of(std::string_view plain, bool is_key) {
  constexpr std::array kYes{"yes", "on", "y", "true"};
  constexpr std::array kNo{"no", "off", "n", "false"};
  if (plain.empty() || plain.size() > 64 || plain == "true" || plain == "false")
    return std::nullopt;
  const std::string lower = to_lower_ascii(plain);
  const bool yes = std::find(kYes.begin(), kYes.end(), lower) != kYes.end();
  if (yes || std::find(kNo.begin(), kNo.end(), lower) != kNo.end())
    return Ambiguity{
        fmt::format("`{}` is a boolean for some YAML readers, a text for others", plain),
        fmt::format("write {}, or \"{}\" for the text", yes ? "true" : "false", plain)};
  if (is_key) return std::nullopt;
  if (has_leading_zero(plain) || is_prefixed(plain))
    return Ambiguity{fmt::format("`{}` is octal or hexadecimal for some YAML readers", plain),
                     fmt::format("write a decimal number, or \"{}\" for the text", plain)};
  if (is_infinite(plain))
    return Ambiguity{fmt::format("`{}` is no number that can be compared", plain),
                     fmt::format("quote it if it is a text: \"{}\"", plain)};
  return std::nullopt;
}

Value resolve(const Node& node) {
  if (node.kind == NodeKind::null) return Null{};
  if (!node.plain) return node.text;
  return resolve_plain(node.text);
}

bool is_out_of_range(const Node& node) {
  if (node.kind != NodeKind::scalar || !node.plain) return false;
  if (all_digits(without_sign(node.text))) return !number<std::int64_t>(node.text);
  return is_float(node.text) && !number<double>(node.text);
}

std::optional<std::uint64_t> resolve_unsigned(const Node& node) {
  if (node.kind != NodeKind::scalar || !node.plain || !all_digits(node.text)) return std::nullopt;
  return number<std::uint64_t>(node.text);
}

std::string_view kind_name(const Node& node) {
  switch (node.kind) {
    case NodeKind::null: return "empty";
    case NodeKind::sequence: return "a list";
    case NodeKind::map: return "a map";
    case NodeKind::scalar: break;
  }
  const Value value = resolve(node);
  if (std::holds_alternative<bool>(value)) return "a boolean";
  return is_number(value) ? "a number" : "a text";
}

}  // namespace picket::checks
