// One YAML document as a tree of our own, with places. Stricter than YAML: what two readers could
// understand differently is a mistake. Merge keys (`<<`) and aliases are applied here. Bounded in
// size, depth and expansion; any bytes are safe to give. Plain values; no yaml-cpp beyond here.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/checks/report.h"

namespace picket::checks {

enum class NodeKind { null, scalar, sequence, map };

struct Node;
using NodePtr = std::shared_ptr<const Node>;  // never null in a finished tree

struct Entry {
  Mark at;  // of the key
  std::string key;
  NodePtr value;
};

struct Node {
  NodeKind kind{NodeKind::null};
  bool plain{false};        // a scalar without quotes: it may mean a number or a boolean
  bool single_line{false};  // the text stands in the source as it is, from `at`
  Mark at;
  std::string text;            // of a scalar
  std::vector<NodePtr> items;  // of a sequence
  std::vector<Entry> entries;  // of a map, in file order, merged ones last

  const Entry* find(std::string_view key) const;  // nullptr: no such key
  bool is_map() const { return kind == NodeKind::map; }
};

struct DocumentLimits {
  std::size_t bytes{1024 * 1024};
  int depth{32};
  std::size_t nodes{100'000};               // visited, each alias as what it stands for
  std::size_t text_bytes{4 * 1024 * 1024};  // of all scalars, likewise
};

// The tree of `report`'s text, or nullptr. Each mistake is added to the report; duplicate keys and
// ambiguous words do not end the reading, so a tree may come with errors. Never throws.
NodePtr parse_document(Report& report, const DocumentLimits& limits = {});

// Text as parse_document wants it: no byte order mark, `\n` line ends.
std::string normalise_text(std::string text);

}  // namespace picket::checks
