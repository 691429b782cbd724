// The order of keys for the formatter: which maps have one, and lines moved so that they follow it.
// Pure; private to format.cpp. Only whole keys move, with the comments above them, and only where
// nothing can come apart.
#pragma once

#include <string>
#include <vector>

#include "common/checks/document.h"
#include "common/checks/layout_lines.h"

namespace picket::checks {

enum class MapKind { other, file, check, step };

// What the value of `key` of such a map is, or what its items are.
MapKind map_below(MapKind map, const std::string& key);

// One line of the result.
struct PlacedLine {
  LineKind kind{LineKind::blank};
  std::size_t indent{0};  // of the content, behind the dashes
  std::size_t dashes{0};
  std::string text;
  std::vector<int> maps;  // the maps that it lies in, outermost first
  int owner{0};           // the map that its key is of; 0: no key begins here
  MapKind map{MapKind::other};
  std::string key;
  bool is_check{false};  // a check begins here
};

// Sorts the keys of files, checks and steps as in keys.def. A map keeps its order where empty
// lines or comments of their own group its keys, and every map does in a file with anchors.
std::vector<PlacedLine> order_keys(std::vector<PlacedLine> lines, const std::string& source);

// Equal in all but places, quotes, and the order of keys that order_keys may change.
bool same_tree(const Node& a, const Node& b, MapKind map);

}  // namespace picket::checks
