// A daemon's effective configuration as people read it: YAML that the daemon would read again, each
// value with where it comes from, secrets masked. Pure.
#pragma once

#include <map>
#include <string>

#include "common/checks/config_layers.h"

namespace picket::checks {

// `root` is the tree that was decoded, `file` how its file is called in the comments.
std::string print_config(const Node& root, const ConfigLayers& layers, const std::string& file);

// A digest of each top-level part: whether a new configuration differs, and where. Holds no secret.
std::map<std::string, std::string> config_parts(const Node& root);

}  // namespace picket::checks
