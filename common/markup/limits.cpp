#include "common/markup/limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/markup/document.h"

namespace picket::markup {
namespace {

constexpr std::size_t kComparesMax = 20'000'000;  // 0.1 s

// Where the parser may stand inside a tag. All readings that are possible are followed at once,
// for each place the largest number of attributes: what looks like a quotation to one reading is
// markup to another, and a hostile page would choose.
enum Place : std::size_t {
  tag_name,
  between,
  junk,
  name,
  after_name,
  after_equals,
  double_quoted,
  single_quoted,
  unquoted,
  outside,
};
constexpr std::size_t kPlaces = outside;
using Counts = std::array<std::ptrdiff_t, kPlaces + 1>;  // -1: nobody stands there

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || c == '.' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool continues_name(char c) { return starts_name(c) || (c >= '0' && c <= '9') || c == '-'; }

Place after_separator(char c) {
  if (is_blank(c)) return between;
  return starts_name(c) ? name : junk;
}

// The tables of htmlParseStartTag and htmlParseAttribute of libxml2 2.9.14.
Place next_place(Place place, char c) {
  switch (place) {
    case double_quoted: return c == '"' ? between : double_quoted;
    case single_quoted: return c == '\'' ? between : single_quoted;
    default: break;
  }
  if (c == '>') return outside;
  switch (place) {
    case tag_name: return continues_name(c) ? tag_name : is_blank(c) ? between : junk;
    case name:
      if (continues_name(c)) return name;
      if (c == '=') return after_equals;
      return is_blank(c) ? after_name : junk;
    case after_name: return c == '=' ? after_equals : after_separator(c);
    case after_equals:
      if (is_blank(c)) return after_equals;
      return c == '"' ? double_quoted : c == '\'' ? single_quoted : unquoted;
    case unquoted: return is_blank(c) ? between : unquoted;
    case junk: return is_blank(c) ? between : junk;
    default: return after_separator(c);  // between
  }
}

void advance(Counts& counts, char c, MarkupCost& cost) {
  Counts next;
  next.fill(-1);
  std::ptrdiff_t begun = -1;
  for (std::size_t at = 0; at < kPlaces; ++at) {
    if (counts[at] < 0) continue;
    const Place to = next_place(static_cast<Place>(at), c);
    const bool begins = to == name && at != name;
    if (begins) begun = std::max(begun, counts[at]);
    next[to] = std::max(next[to], counts[at] + (begins ? 1 : 0));
  }
  if (begun >= 0) {
    ++cost.nodes;
    cost.attribute_compares += static_cast<std::size_t>(begun);
  }
  counts = next;
}

}  // namespace

MarkupCost cost_of(std::string_view utf8) {
  MarkupCost cost;
  Counts counts;
  counts.fill(-1);
  bool inside = false;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const char c = utf8[i];
    if (inside) {
      advance(counts, c, cost);
      inside = std::any_of(counts.begin(), counts.end() - 1, [](auto n) { return n >= 0; });
    }
    if (c != '<') continue;
    ++cost.nodes;
    if (i + 1 < utf8.size() && starts_name(utf8[i + 1])) {
      counts[tag_name] = std::max<std::ptrdiff_t>(counts[tag_name], 0);
      inside = true;
    }
  }
  return cost;
}

Status within_limits(std::string_view utf8) {
  const auto refuse = [](std::string message) {
    return fail(ErrorCode::invalid_argument, std::move(message));
  };
  if (utf8.size() > Document::kBytesMax)
    return refuse(fmt::format("the document has more than {} MiB", Document::kBytesMax >> 20));
  const MarkupCost cost = cost_of(utf8);
  if (cost.attribute_compares > kComparesMax)
    return refuse("the document has a tag with thousands of attributes");
  if (cost.nodes > Document::kNodesMax)
    return refuse(
        fmt::format("the document has more than {} tags and attributes", Document::kNodesMax));
  return {};
}

}  // namespace picket::markup
