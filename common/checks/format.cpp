#include "common/checks/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "common/checks/document.h"
#include "common/checks/key_order.h"
#include "common/checks/layout_lines.h"
#include "common/core/text.h"

namespace picket::checks {
namespace {

// One open block collection above the line that is being placed.
struct Level {
  std::size_t column{0};  // in the source
  std::size_t indent{0};  // in the result
  bool is_list{false};
  MapKind map{MapKind::other};    // what kind of map, or of which maps the list is made
  MapKind inner{MapKind::other};  // what the value of the newest key holds
  std::vector<int> maps;          // this map and those around it
};

class Layout {
 public:
  std::vector<PlacedLine> place(const std::vector<LayoutLine>& lines);

 private:
  void place_start(const LayoutLine& line);
  void place_continuation(const LayoutLine& line);
  void place_comments(const LayoutLine* next);
  void open_list(std::size_t column);
  void open_map(const LayoutLine& line);
  std::size_t below() const { return stack_.empty() ? 0 : stack_.back().indent + 2; }
  PlacedLine& add(PlacedLine line) { return out_.emplace_back(std::move(line)); }

  std::vector<Level> stack_;
  std::vector<const LayoutLine*> waiting_;  // comments and blanks before the next start
  std::vector<PlacedLine> out_;
  const LayoutLine* start_{nullptr};
  std::size_t start_indent_{0};  // of its content
  std::optional<std::size_t> literal_column_;
  int maps_{0};
};

void Layout::open_list(std::size_t column) {
  while (!stack_.empty() && stack_.back().column > column) stack_.pop_back();
  if (!stack_.empty() && stack_.back().column == column && stack_.back().is_list) return;
  Level level;
  level.column = column;
  level.indent = below();
  level.is_list = true;
  if (!stack_.empty()) {
    level.map = stack_.back().inner;
    level.maps = stack_.back().maps;
  }
  stack_.push_back(std::move(level));
}

void Layout::open_map(const LayoutLine& line) {
  while (!stack_.empty() && (stack_.back().column > line.content ||
                             (stack_.back().column == line.content && stack_.back().is_list)))
    stack_.pop_back();
  if (stack_.empty() || stack_.back().column != line.content) {
    Level level;
    level.column = line.content;
    level.indent = below();
    level.map = stack_.empty() ? MapKind::file
                               : (stack_.back().is_list ? stack_.back().map : stack_.back().inner);
    if (!stack_.empty()) level.maps = stack_.back().maps;
    level.maps.push_back(++maps_);
    stack_.push_back(std::move(level));
  }
  stack_.back().inner = map_below(stack_.back().map, line.key);
}

// A comment that stands where the next line stands belongs to it; else to the level above whose
// column it has.
void Layout::place_comments(const LayoutLine* next) {
  const std::vector<Level> before = stack_;
  if (next != nullptr) {
    if (next->dashes.empty() && !next->key.empty())
      open_map(*next);
    else if (!next->dashes.empty())
      open_list(next->dashes.front());
  }
  for (const LayoutLine* line : std::exchange(waiting_, {})) {
    PlacedLine placed{.kind = line->kind, .text = line->text};
    const Level* level = stack_.empty() ? nullptr : &stack_.back();
    const bool is_next = next != nullptr && next->column == line->column;
    if (!is_next)
      for (const Level& each : before)
        if (each.column == line->column && each.indent != 0) level = &each;
    if (next == nullptr && level != nullptr && level->column != line->column)
      level = line->column == 0 ? nullptr : level;
    placed.indent = level == nullptr ? 0 : level->indent;
    if (level != nullptr) placed.maps = level->maps;
    add(std::move(placed));
  }
}

// "key: value", with one space; a comment keeps its distance, since people align them.
std::string render_content(const LayoutLine& line) {
  const std::string_view text = line.text;
  const std::size_t from = line.content - line.column;
  if (line.key.empty() || line.value >= text.size() || text[line.value] == '#')
    return std::string{text.substr(std::min(from, text.size()))};
  std::string_view value = text.substr(line.value);
  const std::string key = line.key + ": ";
  const bool quoted = value.size() >= 2 && value.front() == '\'' && value.back() == '\'';
  if (!quoted) return key + std::string{value};
  const std::string_view inner = value.substr(1, value.size() - 2);
  if (inner.find_first_of("'\"\\") != inner.npos) return key + std::string{value};
  return fmt::format("{}\"{}\"", key, inner);
}

void Layout::place_start(const LayoutLine& line) {
  place_comments(&line);
  PlacedLine placed{.kind = line.kind, .text = render_content(line)};
  for (const std::size_t dash : line.dashes) open_list(dash);
  placed.dashes = line.dashes.size();
  placed.is_check = !line.dashes.empty() && stack_.back().map == MapKind::check;
  if (!line.key.empty()) {
    open_map(line);
    placed.owner = stack_.back().maps.back();
    placed.map = stack_.back().map;
    placed.key = line.key;
    placed.indent = stack_.back().indent;
  } else {
    while (line.dashes.empty() && !stack_.empty() && stack_.back().column >= line.column)
      stack_.pop_back();
    placed.indent = below();
  }
  if (!stack_.empty()) placed.maps = stack_.back().maps;
  start_ = &line;
  start_indent_ = placed.indent;
  literal_column_.reset();
  add(std::move(placed));
}

// A block text stands two spaces below its key; everything else moves as its first line did.
void Layout::place_continuation(const LayoutLine& line) {
  PlacedLine placed{.kind = line.kind, .text = line.text};
  placed.maps = out_.empty() ? std::vector<int>{} : out_.back().maps;
  std::size_t from = start_->content;
  std::size_t to = start_indent_;
  if (start_->literal && !line.text.empty()) {
    if (!literal_column_) literal_column_ = line.column;
    from = *literal_column_;
    to += start_->key.empty() ? 0 : 2;
  }
  placed.indent = line.column + to > from ? line.column + to - from : 0;
  if (line.text.empty()) placed.indent = 0;
  add(std::move(placed));
}

std::vector<PlacedLine> Layout::place(const std::vector<LayoutLine>& lines) {
  for (const LayoutLine& line : lines) switch (line.kind) {
      case LineKind::blank:
      case LineKind::comment: waiting_.push_back(&line); break;
      case LineKind::start: place_start(line); break;
      case LineKind::continuation:
        for (const LayoutLine* comment : std::exchange(waiting_, {}))  // inside of a flow
          place_continuation(*comment);
        place_continuation(line);
        break;
      case LineKind::mark:
        place_comments(nullptr);
        add({.kind = line.kind, .text = line.text});
        break;
    }
  place_comments(nullptr);
  while (!out_.empty() && out_.back().kind == LineKind::blank) out_.pop_back();
  return std::move(out_);
}

// At most one empty line, none at the ends, one before each check but the first.
std::vector<PlacedLine> space_out(std::vector<PlacedLine> lines) {
  std::vector<PlacedLine> out;
  bool first_check = true;
  for (PlacedLine& line : lines) {
    const bool blank = line.kind == LineKind::blank;
    if (blank && (out.empty() || out.back().kind == LineKind::blank)) continue;
    if (line.is_check && !std::exchange(first_check, false)) {
      auto at = out.end();
      const std::size_t indent = line.indent - 2 * line.dashes;
      while (at != out.begin() && std::prev(at)->kind == LineKind::comment &&
             std::prev(at)->indent == indent)
        --at;
      if (at != out.begin() && std::prev(at)->kind != LineKind::blank) out.insert(at, PlacedLine{});
    }
    out.push_back(std::move(line));
  }
  while (!out.empty() && out.back().kind == LineKind::blank) out.pop_back();
  return out;
}

std::string render(const std::vector<PlacedLine>& lines) {
  std::string out;
  for (const PlacedLine& line : lines) {
    if (!line.text.empty() || line.dashes != 0) {
      out += std::string(line.indent - std::min(line.indent, 2 * line.dashes), ' ');
      for (std::size_t i = 0; i < line.dashes; ++i)
        out += i + 1 == line.dashes && line.text.empty() ? "-" : "- ";
      out += line.text;
    }
    out += '\n';
  }
  return out;
}

// Every byte but spaces, counted; the two quotes are one.
std::array<std::size_t, 256> count_bytes(const std::string& text) {
  std::array<std::size_t, 256> counts{};
  for (const char c : text)
    if (c != ' ' && c != '\n' && c != '\t')
      ++counts[static_cast<unsigned char>(c == '\'' ? '"' : c)];
  return counts;
}

Result<NodePtr> parse(const std::string& path, const std::string& text) {
  Report report{path, text};
  NodePtr root = parse_document(report);
  const std::vector<Diagnostic> mistakes = report.take();
  for (const Diagnostic& mistake : mistakes)
    if (mistake.is_error())
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{}: {}", picket::render(mistake.at), mistake.message),
                  "mend it first: `picket validate` shows the place");
  return root;
}

// nullptr: one line for every reader; else what differs.
const char* difference(const NodePtr& before, const NodePtr& after, const std::string& source,
                       const std::string& result) {
  if (!same_tree(*before, *after, MapKind::file)) return "it would be read differently";
  if (count_bytes(source) != count_bytes(result)) return "something would be lost";
  return nullptr;
}

}  // namespace

Result<std::string> format_checks(const std::string& path, const std::string& text) {
  const std::string source = normalise_text(text);
  auto before = parse(path, source);
  if (!before) return fail(std::move(before.error()));
  auto lines = read_layout(source);
  if (!lines)
    return fail(ErrorCode::invalid_argument, fmt::format("{}: {}", path, lines.error().message),
                "this file keeps its layout");
  std::string result = render(space_out(order_keys(Layout{}.place(*lines), source)));
  auto after = parse(path, result);
  const char* problem =
      after ? difference(*before, *after, source, result) : "it would not be readable";
  if (problem != nullptr)
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: cannot be laid out without changing it: {}", path, problem),
                "this file keeps its layout");
  return result;
}

}  // namespace picket::checks
