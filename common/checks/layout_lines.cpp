#include "common/checks/layout_lines.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "common/core/text.h"

namespace picket::checks {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

std::string_view without_trailing(std::string_view line) {
  const auto last = line.find_last_not_of(" \t");
  return last == kNone ? std::string_view{} : line.substr(0, last + 1);
}

// Behind the closing quote of a text that opens at `at`; kNone: not on this line.
std::size_t quote_end(std::string_view text, std::size_t at, char quote) {
  for (; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\')
      ++at;
    else if (text[at] == quote && quote == '\'' && text.substr(at + 1, 1) == "'")
      ++at;
    else if (text[at] == quote)
      return at + 1;
  }
  return kNone;
}

bool is_comment_at(std::string_view text, std::size_t at) {
  return text[at] == '#' && (at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t');
}

// What a value leaves open at the end of a line.
struct Open {
  char quote{0};    // inside quotes
  int brackets{0};  // inside of a flow collection
  bool any() const { return quote != 0 || brackets != 0; }
};

// Reads on through `text` in flow style or inside quotes.
void read_flow(std::string_view text, std::size_t at, Open& open) {
  bool fresh = true;  // a quote here begins a text
  while (at < text.size()) {
    if (open.quote != 0) {
      at = quote_end(text, at, open.quote);
      if (at == kNone) return;
      open.quote = 0;
      if (open.brackets == 0) return;
      fresh = false;
      continue;
    }
    const char c = text[at];
    if (is_comment_at(text, at)) return;
    if ((c == '"' || c == '\'') && fresh) open.quote = c;
    if (c == '[' || c == '{') ++open.brackets;
    if (c == ']' || c == '}') --open.brackets;
    ++at;
    if (open.brackets == 0 && open.quote == 0) return;
    fresh = std::string_view{" \t[{,:"}.find(c) != kNone;
  }
}

// Past "&anchor " and "!tag " in front of a value.
std::size_t skip_properties(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
    at = text.find(' ', at);
    at = at == kNone ? text.size() : text.find_first_not_of(' ', at);
    if (at == kNone) at = text.size();
  }
  return at;
}

class Reader {
 public:
  explicit Reader(const std::string& text) : lines_(split(text, '\n')) {}

  Result<std::vector<LayoutLine>> read() {
    for (std::size_t i = 0; i < lines_.size() && !problem_; ++i) add(i);
    free_last_blanks();
    if (problem_) return fail(std::move(*problem_));
    return std::move(out_);
  }

 private:
  void add(std::size_t index);
  void add_start(LayoutLine& line, std::string_view source);
  void free_last_blanks();
  void find_key(LayoutLine& line, std::string_view source);
  void follow_value(LayoutLine& line);
  bool continues(const LayoutLine& line, std::string_view source);
  void refuse(const LayoutLine& line, const char* why) {
    problem_ = Error{ErrorCode::invalid_argument, fmt::format("line {}: {}", line.number, why), ""};
  }

  std::vector<std::string> lines_;
  std::vector<LayoutLine> out_;
  std::optional<Error> problem_;
  Open open_;
  bool in_literal_{false};
  bool keeps_blanks_{false};
  bool in_plain_{false};
  std::size_t parent_{0};  // column that a continuation must pass
  std::optional<std::size_t> literal_column_;
};

// Whether the line belongs to what the last start line left open.
bool Reader::continues(const LayoutLine& line, std::string_view source) {
  if (open_.any()) {
    read_flow(source, line.column, open_);
    return true;
  }
  if (in_literal_) {
    if (!literal_column_ && line.column > parent_) literal_column_ = line.column;
    if (literal_column_ && line.column >= *literal_column_) return true;
    in_literal_ = false;
  }
  if (in_plain_ && line.column > parent_ && !is_comment_at(source, line.column)) return true;
  in_plain_ = false;
  return false;
}

void Reader::add(std::size_t index) {
  LayoutLine line;
  line.number = static_cast<int>(index) + 1;
  const std::string_view raw = lines_[index];
  const std::string_view source = without_trailing(raw);
  line.column = std::min(source.find_first_not_of(" \t"), source.size());
  line.text = std::string{source.substr(line.column)};
  if (line.text.empty()) {
    // A blank line inside of a text is a part of it.
    const bool inside = open_.quote != 0 || in_literal_ || in_plain_;
    line.kind = inside ? LineKind::continuation : LineKind::blank;
    line.kept = open_.quote != 0 || (in_literal_ && keeps_blanks_);
  } else if (continues(line, source)) {
    line.kind = LineKind::continuation;
    if (in_literal_) line.text = std::string{raw.substr(line.column)};  // spaces at its end count
  } else if (line.text[0] == '#') {
    line.kind = LineKind::comment;
  } else if (line.column == 0 &&
             (line.text[0] == '%' || line.text.starts_with("---") || line.text == "...")) {
    line.kind = LineKind::mark;
    if (line.text.starts_with("---") && line.text != "---" && line.text[4] != '#')
      refuse(line, "content beside `---`: put it on a line of its own");
  } else {
    add_start(line, source);
  }
  out_.push_back(std::move(line));
}

// Empty lines behind a text are no part of it, unless it keeps them: `|+`.
void Reader::free_last_blanks() {
  bool last = true;
  for (auto line = out_.rbegin(); line != out_.rend(); ++line) {
    if (line->kind == LineKind::blank) continue;
    const bool empty = line->kind == LineKind::continuation && line->text.empty();
    if (empty && last && !line->kept) line->kind = LineKind::blank;
    last = line->kind != LineKind::continuation;
    if (empty && line->kind == LineKind::blank) last = true;
  }
}

void Reader::add_start(LayoutLine& line, std::string_view source) {
  line.kind = LineKind::start;
  std::size_t at = line.column;
  while (at < source.size() && source[at] == '-' &&
         (at + 1 == source.size() || source[at + 1] == ' ')) {
    line.dashes.push_back(at);
    at = std::min(source.find_first_not_of(' ', at + 1), source.size());
  }
  line.content = at;
  if (source.substr(at, 2) == "? " || source.substr(at) == "?")
    return refuse(line, "a key marked with `?`");
  find_key(line, source);
  follow_value(line);
}

// "key:" at the start of the content, behind an anchor of the whole map if it has one.
void Reader::find_key(LayoutLine& line, std::string_view source) {
  std::size_t at = line.content;
  line.value = at - line.column;
  if (at >= source.size() || source[at] == '[' || source[at] == '{') return;
  std::size_t end = kNone;
  if (source[at] == '"' || source[at] == '\'') {
    const std::size_t closed = quote_end(source, at + 1, source[at]);
    if (closed != kNone && source.substr(closed, 1) == ":") end = closed;
  } else {
    for (std::size_t i = at; i < source.size() && end == kNone && !is_comment_at(source, i); ++i)
      if (source[i] == ':' && (i + 1 == source.size() || source[i + 1] == ' ')) end = i;
  }
  if (end == kNone) return;
  line.key = std::string{source.substr(at, end - at)};
  const std::size_t value = source.find_first_not_of(' ', end + 1);
  line.value = (value == kNone ? source.size() : value) - line.column;
}

// What the value leaves open for the lines below.
void Reader::follow_value(LayoutLine& line) {
  open_ = {};
  in_plain_ = in_literal_ = false;
  literal_column_.reset();
  // A text under a key is deeper than the key; under a bare item, deeper than its dash.
  parent_ = line.key.empty() && !line.dashes.empty() ? line.dashes.back() : line.content;
  const std::string_view text = line.text;
  const std::size_t at = skip_properties(text, line.value);
  if (at >= text.size() || is_comment_at(text, at)) return;
  const char c = text[at];
  if (c == '|' || c == '>') {
    line.literal = in_literal_ = true;
    keeps_blanks_ = text.substr(at, text.find(' ', at) - at).find('+') != kNone;
    const std::string_view header = text.substr(at, text.find(' ', at) - at);
    if (header.find_first_of("123456789") != kNone)
      refuse(line, "a block text that gives its own indentation");
  } else if (c == '"' || c == '\'') {
    open_.quote = c;
    read_flow(text, at + 1, open_);
  } else if (c == '[' || c == '{') {
    read_flow(text, at, open_);
  } else if (c != '*') {
    in_plain_ = text.find(" #", at) == kNone;
  }
}

}  // namespace

Result<std::vector<LayoutLine>> read_layout(const std::string& text) { return Reader{text}.read(); }

}  // namespace picket::checks
