#include "common/checks/key_order.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "common/checks/keys.h"

namespace picket::checks {
namespace {

std::size_t rank(MapKind map, const std::string& key) {
  const char* name = map == MapKind::file ? "file" : map == MapKind::step ? "step" : "check";
  const auto& rows = check_keys(name).rows;
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const KeyRow& row) { return row.key == key; });
  return static_cast<std::size_t>(found - rows.begin());
}

// The lines of one key, with the comments directly above it.
struct Chunk {
  std::size_t begin{0};
  std::size_t head{0};  // the line with the key
  std::size_t end{0};
  std::size_t rank{0};
};

bool lies_in(const PlacedLine& line, int map) {
  return std::find(line.maps.begin(), line.maps.end(), map) != line.maps.end();
}

// The chunks of the map whose first key stands at `first`; empty when its order must stay.
std::vector<Chunk> chunks_of(const std::vector<PlacedLine>& lines, std::size_t first) {
  const int map = lines[first].owner;
  const auto own = [&](std::size_t i) {
    return !lines[i].maps.empty() && lines[i].maps.back() == map;
  };
  // A comment above the first key may be the whole map's.
  if (first != 0 && lines[first].dashes == 0 && lines[first - 1].kind == LineKind::comment &&
      own(first - 1))
    return {};
  std::vector<Chunk> chunks;
  std::size_t comments = 0;
  std::size_t i = first;
  for (; i < lines.size() && lies_in(lines[i], map); ++i) {
    if (lines[i].owner == map) {
      if (!chunks.empty()) chunks.back().end = i - comments;
      chunks.push_back({i - comments, i, i + 1, rank(lines[i].map, lines[i].key)});
      comments = 0;
    } else if (lines[i].kind == LineKind::comment && own(i)) {
      ++comments;
    } else if (lines[i].kind == LineKind::blank && (own(i) || comments != 0)) {
      return {};
    } else if (comments != 0) {
      return {};  // a comment inside of a value
    }
  }
  if (comments != 0 || chunks.empty()) return {};
  chunks.back().end = i;
  while (lines[chunks.back().end - 1].kind == LineKind::blank) --chunks.back().end;
  return chunks;
}

void sort_map(std::vector<PlacedLine>& lines, std::size_t first) {
  std::vector<Chunk> chunks = chunks_of(lines, first);
  const auto by_rank = [](const Chunk& a, const Chunk& b) { return a.rank < b.rank; };
  if (chunks.size() < 2 || std::is_sorted(chunks.begin(), chunks.end(), by_rank)) return;
  std::stable_sort(chunks.begin(), chunks.end(), by_rank);
  const bool is_item = lines[first].dashes != 0;
  if (is_item && chunks.front().begin != chunks.front().head) return;  // "- # comment"
  std::vector<PlacedLine> sorted;
  for (const Chunk& chunk : chunks)
    sorted.insert(sorted.end(), lines.begin() + static_cast<std::ptrdiff_t>(chunk.begin),
                  lines.begin() + static_cast<std::ptrdiff_t>(chunk.end));
  if (is_item) {
    for (PlacedLine& line : sorted) {
      if (line.owner != lines[first].owner) continue;
      line.dashes = 0;
      line.is_check = false;
    }
    sorted.front().dashes = lines[first].dashes;
    sorted.front().is_check = lines[first].is_check;
  }
  std::move(sorted.begin(), sorted.end(), lines.begin() + static_cast<std::ptrdiff_t>(first));
}

// An alias must stay below its anchor. Texts that only look so cost nothing but the sorting.
bool has_anchors(std::string_view source) {
  for (std::size_t i = 1; i < source.size(); ++i) {
    const bool begins = std::string_view{" \n[{,"}.find(source[i - 1]) != std::string_view::npos;
    if (begins && (source[i] == '&' || source[i] == '*')) return true;
  }
  return false;
}

bool same_map(const Node& a, const Node& b, MapKind map) {
  if (a.entries.size() != b.entries.size()) return false;
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    const Entry& entry = a.entries[i];
    const Entry* other = map == MapKind::other ? &b.entries[i] : b.find(entry.key);
    if (other == nullptr || other->key != entry.key) return false;
    if (!same_tree(*entry.value, *other->value, map_below(map, entry.key))) return false;
  }
  return true;
}

}  // namespace

MapKind map_below(MapKind map, const std::string& key) {
  if (map == MapKind::file && (key == "checks" || key == "defaults")) return MapKind::check;
  return map == MapKind::check && key == "steps" ? MapKind::step : MapKind::other;
}

std::vector<PlacedLine> order_keys(std::vector<PlacedLine> lines, const std::string& source) {
  if (has_anchors(source)) return lines;
  std::set<int> seen;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const PlacedLine& line = lines[i];
    if (line.owner == 0 || line.map == MapKind::other) continue;
    if (seen.insert(line.owner).second) sort_map(lines, i);
  }
  return lines;
}

bool same_tree(const Node& a, const Node& b, MapKind map) {
  if (a.kind != b.kind || a.plain != b.plain || a.text != b.text) return false;
  if (a.items.size() != b.items.size()) return false;
  for (std::size_t i = 0; i < a.items.size(); ++i)
    if (!same_tree(*a.items[i], *b.items[i], map)) return false;
  return same_map(a, b, map);
}

}  // namespace picket::checks
