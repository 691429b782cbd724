#include "common/model/jsonpath_scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "common/core/text.h"
#include "common/core/utf8.h"

namespace picket::jsonpath {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_name_first(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

bool Scanner::take(char c) {
  if (ended() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool Scanner::take(std::string_view word) {
  if (!text_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

void Scanner::skip_blanks() {
  while (!ended() && is_blank(text_[at_])) ++at_;
}

bool Scanner::take_behind_blanks(char next) {
  const std::size_t start = at_;
  skip_blanks();
  if (take(next)) return true;
  at_ = start;
  return false;
}

std::string_view Scanner::name() {
  const std::size_t start = at_;
  if (ended() || !is_name_first(peek())) return {};
  while (!ended() && (is_name_first(peek()) || is_digit(peek()))) ++at_;
  return text_.substr(start, at_ - start);
}

std::string_view Scanner::word() {
  const std::size_t start = at_;
  if (!is_lower(peek())) return {};
  while (is_lower(peek()) || is_digit(peek()) || peek() == '_') ++at_;
  return text_.substr(start, at_ - start);
}

std::optional<std::string> Scanner::quoted() {
  const char quote = text_[at_++];
  std::string out;
  while (!take(quote)) {
    if (ended()) return wrong("the quoted text is not closed"), std::nullopt;
    const char c = peek();
    if (static_cast<unsigned char>(c) < 0x20)
      return wrong("a control character (write it as \\u....)"), std::nullopt;
    ++at_;
    if (c != '\\')
      out += c;
    else if (!escape(quote, out))
      return std::nullopt;
  }
  return out;
}

// Behind the backslash.
bool Scanner::escape(char quote, std::string& out) {
  constexpr std::string_view kLetters{"bfnrt/\\"};
  constexpr std::string_view kMeanings{"\b\f\n\r\t/\\"};
  if (ended()) return wrong("the quoted text is not closed");
  if (take(quote)) {
    out += quote;
    return true;
  }
  if (take('u')) return unicode_escape(out);
  const std::size_t known = kLetters.find(peek());
  if (known == kLetters.npos) return wrong("an escape that JSONPath does not have");
  ++at_;
  out += kMeanings[known];
  return true;
}

bool Scanner::unicode_escape(std::string& out) {
  const std::size_t start = at_;
  auto point = four_digits();
  if (!point) return wrong("wanted four hexadecimal digits");
  if (*point >= 0xDC00 && *point <= 0xDFFF) return wrong_at(start, "half of a surrogate pair");
  if (*point >= 0xD800 && *point <= 0xDBFF) {
    const auto low = take("\\u") ? four_digits() : std::nullopt;
    if (!low || *low < 0xDC00 || *low > 0xDFFF) return wrong_at(start, "half of a surrogate pair");
    point = 0x10000 + ((*point - 0xD800) << 10) + (*low - 0xDC00);
  }
  out += encode_utf8(*point);
  return true;
}

std::optional<std::uint32_t> Scanner::four_digits() {
  const std::string_view digits = text_.substr(at_, 4);
  std::uint32_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc{} || digits.size() != 4 || end != digits.data() + 4) return std::nullopt;
  at_ += 4;
  return value;
}

// "-"? digits, as far as they go.
std::string_view Scanner::int_text() {
  const std::size_t start = at_;
  take('-');
  while (is_digit(peek())) ++at_;
  return text_.substr(start, at_ - start);
}

std::optional<std::int64_t> Scanner::integer() {
  constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;
  const std::size_t start = at_;
  const std::string_view digits = int_text();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error == std::errc::result_out_of_range || number > kMost || number < -kMost)
    return wrong_at(start, "an integer beyond 2^53 - 1"), std::nullopt;
  if (error != std::errc{}) return wrong_at(start, "wanted an integer"), std::nullopt;
  if (digits.starts_with("-0") || (digits.starts_with('0') && digits.size() > 1))
    return wrong_at(start, "an integer with a leading zero, or -0"), std::nullopt;
  return number;
}

std::optional<Json> Scanner::number() {
  const std::size_t start = at_;
  const std::string_view whole = int_text();
  const std::string_view plain = whole.starts_with('-') ? whole.substr(1) : whole;
  bool good = !plain.empty() && (plain == "0" || plain[0] != '0');
  const auto more_digits = [&] {
    const std::size_t first = at_;
    while (is_digit(peek())) ++at_;
    return at_ > first;
  };
  if (take('.')) good = more_digits() && good;
  if (take('e') || take('E')) {
    if (!take('-')) take('+');
    good = more_digits() && good;
  }
  const std::string_view text = text_.substr(start, at_ - start);
  const Json value = good ? Json::parse(text, nullptr, false) : Json{};
  if (!good || !value.is_number()) return wrong_at(start, "not a number of JSON"), std::nullopt;
  return value;
}

bool Scanner::wrong(std::string_view what) { return wrong_at(at_, what); }

bool Scanner::wrong_at(std::size_t at, std::string_view what) {
  const std::string_view before = text_.substr(0, at);
  const auto points =
      std::count_if(before.begin(), before.end(), [](char c) { return (c & 0xC0) != 0x80; });
  if (!error_)
    error_ = Error{ErrorCode::invalid_argument,
                   fmt::format("JSON path `{}`: {} at position {}", cut_utf8(clean_line(text_), 80),
                               what, points + 1),
                   "the syntax is RFC 9535's: $.name $['name'] $[0] $[-1] $[0:2] $[*] $..name "
                   "$[?@.price < 10]"};
  return false;
}

}  // namespace picket::jsonpath
