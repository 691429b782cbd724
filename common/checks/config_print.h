// A daemon's effective configuration as people read it: YAML that the daemon would read again, each
// value with where it comes from, secrets masked. Pure but for print_config_file().
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "common/checks/config_layers.h"
#include "common/checks/config_reader.h"

namespace picket::checks {

// `root` is the tree that was decoded, `file` how its file is called in the comments.
std::string print_config(const Node& root, const ConfigLayers& layers, const std::string& file);

// The same of a file, decoded by `decode`. The errors of read_config_file().
Result<std::string> print_config_file(const std::string& path, const DecodeConfig& decode,
                                      const ConfigLayers& layers);

// A digest of each top-level part: whether a new configuration differs, and where. Holds no secret.
using ConfigParts = std::map<std::string, std::string>;
ConfigParts config_parts(const Node& root);

// The names of the parts that differ, separated by commas, but for those in `reloaded`, which a
// running daemon takes over.
std::string changed_parts(const ConfigParts& before, const ConfigParts& after,
                          std::initializer_list<std::string_view> reloaded);

}  // namespace picket::checks
