// The one table of the keys of a check file (keys.def): what the decoder accepts, what
// `picket explain` prints and what the reference page is made of. Constant data.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace picket::checks {

struct KeyRow {
  std::string_view map;
  std::string_view key;
  std::string_view type;
  std::string_view fallback;  // empty: none
  std::string_view text;
  std::string_view example;
  bool later{false};  // a word of the format that this version does not run
};

// The keys of one kind of map.
struct KeyGroup {
  std::string name;  // "check"
  std::string help;  // where to read more: "keys of a check: `picket explain check`"
  std::vector<KeyRow> rows;
  std::map<std::string, std::string, std::less<>> notes;  // of keys that belong elsewhere
  const KeyRow* find(std::string_view key) const;
  std::vector<std::string> names() const;  // of what this version runs
};

// Of the maps of keys.def: file, defaults, check, http, ... Requires a known name.
const KeyGroup& check_keys(std::string_view map);
const std::vector<std::string>& check_key_maps();

// A group from a plain list, for files that are not check files.
KeyGroup make_key_group(std::string name, std::string help, std::span<const std::string_view> keys);

}  // namespace picket::checks
