#include "common/model/value.h"

#include <fmt/format.h>

namespace picket {
namespace {

// Exact for every int64 and double: the mantissa of long double has 64 bits or more on the
// machines Picket is built for.
long double exact_number(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  return std::get<double>(value);
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (static_cast<unsigned char>(c) < 0x20)
    out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
  else
    out += c;
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) append_escaped(out, c);
  return out + '"';
}

}  // namespace

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

double as_number(const Value& value) { return static_cast<double>(exact_number(value)); }

std::optional<double> gauge_of(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
  if (is_number(value)) return as_number(value);
  return std::nullopt;
}

std::optional<std::partial_ordering> compare_numbers(const Value& a, const Value& b) {
  if (!is_number(a) || !is_number(b)) return std::nullopt;
  return exact_number(a) <=> exact_number(b);
}

bool equal(const Value& a, const Value& b) {
  if (const auto order = compare_numbers(a, b)) return *order == 0;
  return a == b;
}

std::string render(const Value& value) {
  struct Renderer {
    std::string operator()(Null) const { return "null"; }
    std::string operator()(bool boolean) const { return boolean ? "true" : "false"; }
    std::string operator()(std::int64_t integer) const { return std::to_string(integer); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const { return quote(text); }
  };
  return std::visit(Renderer{}, value);
}

std::string_view type_name(const Value& value) {
  if (std::holds_alternative<Null>(value)) return "null";
  if (std::holds_alternative<bool>(value)) return "boolean";
  if (is_number(value)) return "number";
  return "string";
}

}  // namespace picket
