// A daemon's effective configuration as people read it: YAML that the daemon would read again, each
// value with where it comes from, secrets masked. Pure.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "common/checks/config_layers.h"

namespace picket::checks {

// `root` is the tree that was decoded, `file` how its file is called in the comments.
std::string print_config(const Node& root, const ConfigLayers& layers, const std::string& file);

// A digest of each top-level part: whether a new configuration differs, and where. Holds no secret.
using ConfigParts = std::map<std::string, std::string>;
ConfigParts config_parts(const Node& root);

// The names of the parts that differ, separated by commas, but for those in `reloaded`, which a
// running daemon takes over.
std::string changed_parts(const ConfigParts& before, const ConfigParts& after,
                          std::initializer_list<std::string_view> reloaded);

}  // namespace picket::checks
