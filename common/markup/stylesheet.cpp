#include "common/markup/stylesheet.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "common/core/text.h"

namespace picket::markup {
namespace {

enum class Kind { end, word, at_word, string, url, sign };

struct Token {
  Kind kind{Kind::end};
  std::string text;  // of words in lower case; of strings and URLs with escapes resolved
  bool is(char sign) const { return kind == Kind::sign && text.front() == sign; }
};

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  Token next();
  // Up to the next `;` or `}`, which is left.
  std::string_view rest_of_declaration();

 private:
  void skip_blanks_and_comments();
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  std::string name();
  std::string quoted();
  std::string url();
  void escape(std::string& out);

  std::string_view text_;
  std::size_t at_{0};
};

void Scanner::skip_blanks_and_comments() {
  for (skip_blanks(); text_.substr(at_).starts_with("/*"); skip_blanks()) {
    const auto end = text_.find("*/", at_ + 2);
    at_ = end == std::string_view::npos ? text_.size() : end + 2;
  }
}

// Hex escapes above ASCII have no place in the URLs this looks for: they become `?`.
void Scanner::escape(std::string& out) {
  if (++at_ >= text_.size()) return;
  unsigned code = 0;
  const char* begin = text_.data() + at_;
  const char* limit = begin + std::min<std::size_t>(6, text_.size() - at_);
  const auto [end, error] = std::from_chars(begin, limit, code, 16);
  if (end == begin) {
    if (text_[at_] != '\n') out += text_[at_];
    ++at_;
    return;
  }
  at_ += static_cast<std::size_t>(end - begin);
  if (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  out += code > 0 && code < 0x80 ? static_cast<char>(code) : '?';
}

std::string Scanner::name() {
  const auto begin = at_;
  while (at_ < text_.size() && is_name(text_[at_])) ++at_;
  return to_lower_ascii(text_.substr(begin, at_ - begin));
}

// A line break ends a string that has no end.
std::string Scanner::quoted() {
  const char quote = text_[at_++];
  std::string out;
  while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
    if (text_[at_] == '\\')
      escape(out);
    else
      out += text_[at_++];
  }
  if (at_ < text_.size()) ++at_;
  return out;
}

// Behind `url(`, to its `)`.
std::string Scanner::url() {
  skip_blanks();
  std::string out;
  if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) out = quoted();
  while (at_ < text_.size() && text_[at_] != ')') {
    if (text_[at_] == '\\')
      escape(out);
    else
      out += text_[at_++];
  }
  if (at_ < text_.size()) ++at_;
  return std::string(trim_ascii(out));
}

Token Scanner::next() {
  skip_blanks_and_comments();
  if (at_ >= text_.size()) return {};
  const char c = text_[at_];
  if (c == '"' || c == '\'') return {Kind::string, quoted()};
  if (c == '@') {
    ++at_;
    return {Kind::at_word, name()};
  }
  if (!is_name(c)) {
    at_ += c == '\\' && at_ + 1 < text_.size() ? 2 : 1;
    return {Kind::sign, std::string(1, c)};
  }
  std::string word = name();
  if (word == "url" && at_ < text_.size() && text_[at_] == '(') {
    ++at_;
    return {Kind::url, url()};
  }
  return {Kind::word, std::move(word)};
}

std::string_view Scanner::rest_of_declaration() {
  const auto end = std::min(text_.find_first_of(";}", at_), text_.size());
  const std::string_view rest = text_.substr(at_, end - at_);
  at_ = end;
  return rest;
}

// CSS Fonts, 4.5: "U+26, U+0-7F, U+4??". False when the range is readable and leaves out `A`.
bool has_latin(std::string_view ranges) {
  bool readable = false;
  for (const std::string& part : split(ranges, ',')) {
    std::string range = to_lower_ascii(trim_ascii(part));
    if (!range.starts_with("u+")) continue;
    range.erase(0, 2);
    const auto dash = range.find('-');
    std::string low = range.substr(0, dash);
    std::string high = dash == std::string::npos ? low : range.substr(dash + 1);
    std::replace(low.begin(), low.end(), '?', '0');
    std::replace(high.begin(), high.end(), '?', 'f');
    unsigned from = 0, to = 0;
    std::from_chars(low.data(), low.data() + low.size(), from, 16);
    std::from_chars(high.data(), high.data() + high.size(), to, 16);
    if (from <= 'A' && 'A' <= to) return true;
    readable = true;
  }
  return !readable;
}

int preference(const std::string& url, const std::string& format) {
  const std::string path = to_lower_ascii(url.substr(0, url.find_first_of("?#")));
  if (format.starts_with("woff2") || (format.empty() && path.ends_with(".woff2"))) return 3;
  if (format == "woff" || (format.empty() && path.ends_with(".woff"))) return 2;
  return 1;
}

// The URL of one `src` declaration, to its end; `after` is the `;` or `}`.
std::string font_source(Scanner& scanner, Token& after) {
  std::string best;
  int rank = 0;
  std::string url, format;
  const auto consider = [&] {
    const int have = url.empty() ? 0 : preference(url, format);
    if (have > rank) best = url;
    rank = std::max(rank, have);
    url.clear();
    format.clear();
  };
  bool in_format = false;
  for (after = scanner.next(); after.kind != Kind::end && !after.is(';') && !after.is('}');
       after = scanner.next()) {
    if (after.is(',')) consider();
    if (after.kind == Kind::url) url = after.text;
    const bool text = after.kind == Kind::string || after.kind == Kind::word;
    if (in_format && text && format.empty()) format = to_lower_ascii(after.text);
    if (after.kind == Kind::word) in_format = after.text == "format";
    if (after.is(')')) in_format = false;
  }
  consider();
  return best;
}

// From behind `@font-face` to its `}`; empty when there is nothing to load.
std::string font_face(Scanner& scanner) {
  std::string source;
  bool wanted = true;
  bool begins = false;  // a declaration
  for (Token token = scanner.next(); token.kind != Kind::end && !token.is('}');
       token = scanner.next()) {
    if (begins && token.kind == Kind::word && token.text == "unicode-range") {
      const std::string_view rest = scanner.rest_of_declaration();
      wanted = has_latin(rest.substr(std::min(rest.size(), rest.find(':') + 1)));
    }
    if (begins && token.kind == Kind::word && token.text == "src")
      source = font_source(scanner, token);
    if (token.is('}') || token.kind == Kind::end) break;
    begins = token.is('{') || token.is(';');
  }
  return wanted ? source : "";
}

void add(std::vector<std::string>& to, std::string url, bool& cut) {
  if (url.empty() || std::find(to.begin(), to.end(), url) != to.end()) return;
  if (to.size() < Stylesheet::kUrlsMax)
    to.push_back(std::move(url));
  else
    cut = true;
}

}  // namespace

Stylesheet scan_stylesheet(std::string_view css) {
  Stylesheet sheet;
  Scanner scanner(css);
  bool imports_allowed = true;
  for (Token token = scanner.next(); token.kind != Kind::end; token = scanner.next()) {
    if (token.is('{')) imports_allowed = false;
    if (token.kind != Kind::at_word) continue;
    if (token.text == "import" && imports_allowed) {
      Token source = scanner.next();
      if (source.kind == Kind::string || source.kind == Kind::url)
        add(sheet.imports, std::move(source.text), sheet.cut);
    } else if (token.text == "font-face") {
      add(sheet.fonts, font_face(scanner), sheet.cut);
      imports_allowed = false;
    }
  }
  return sheet;
}

std::vector<std::string> scan_urls(std::string_view declarations) {
  std::vector<std::string> urls;
  bool cut = false;
  Scanner scanner(declarations);
  for (Token token = scanner.next(); token.kind != Kind::end; token = scanner.next())
    if (token.kind == Kind::url) add(urls, std::move(token.text), cut);
  return urls;
}

}  // namespace picket::markup
