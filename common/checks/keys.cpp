#include "common/checks/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

namespace picket::checks {
namespace {

constexpr KeyRow kRows[] = {
#define PICKET_KEY(map, key, type, fallback, text, example) \
  {#map, #key, type, fallback, text, example, false},
#define PICKET_LATER(map, key, text) {#map, #key, "", "", text, "", true},
#include "common/checks/keys.def"
#undef PICKET_KEY
#undef PICKET_LATER
};

// What a file's defaults may say: everything of a check that is not about one check alone
// (base_of() in check.cpp reads it).
constexpr std::array kDefaults{"owner",   "service", "interval",    "timeout", "regions",  "quorum",
                               "retries", "confirm", "failing",     "vars",    "notify",   "tags",
                               "labels",  "runbook", "maintenance", "enabled", "exclusive"};

struct Table {
  std::vector<std::string> maps;
  std::map<std::string, KeyGroup, std::less<>> groups;
};

void add(Table& table, std::string_view map, const KeyRow& row) {
  auto [found, inserted] = table.groups.try_emplace(std::string{map});
  if (inserted) {
    found->second.name = std::string{map};
    found->second.help = fmt::format("keys of `{}`: `picket explain {}`", map, map);
    table.maps.emplace_back(map);
  }
  found->second.rows.push_back(row);
}

Table make_table() {
  Table table;
  for (const KeyRow& row : kRows) {
    add(table, row.map, row);
    const bool is_default = row.map == "check" && std::find(kDefaults.begin(), kDefaults.end(),
                                                            row.key) != kDefaults.end();
    if (is_default) add(table, "defaults", row);
  }
  KeyGroup& defaults = table.groups.at("defaults");
  for (const KeyRow& row : table.groups.at("check").rows)
    if (defaults.find(row.key) == nullptr)
      defaults.notes.emplace(row.key, "it belongs to a single check");
  // Probes that send a request take what `http` takes.
  KeyGroup& cdn = table.groups.at("cdn");
  for (const KeyRow& row : table.groups.at("http").rows)
    if (cdn.find(row.key) == nullptr) cdn.rows.push_back(row);
  table.groups.at("check").help = "keys of a check: `picket explain check`";
  table.groups.at("step").help = "keys of a step: `picket explain step`";
  return table;
}

const Table& table() {
  static const Table made = make_table();
  return made;
}

}  // namespace

const KeyRow* KeyGroup::find(std::string_view key) const {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const KeyRow& row) { return row.key == key; });
  return found == rows.end() ? nullptr : &*found;
}

std::vector<std::string> KeyGroup::names() const {
  std::vector<std::string> out;
  for (const KeyRow& row : rows)
    if (!row.later) out.emplace_back(row.key);
  return out;
}

const KeyGroup& check_keys(std::string_view map) {
  const auto found = table().groups.find(map);
  if (found == table().groups.end()) throw std::out_of_range("no keys of " + std::string{map});
  return found->second;
}

const std::vector<std::string>& check_key_maps() { return table().maps; }

KeyGroup make_key_group(std::string name, std::string help,
                        std::span<const std::string_view> keys) {
  KeyGroup group{std::move(name), std::move(help), {}, {}};
  for (const std::string_view key : keys) group.rows.push_back({{}, key, {}, {}, {}, {}, false});
  return group;
}

}  // namespace picket::checks
