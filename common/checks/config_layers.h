// The layers over a daemon's configuration file: flag > environment > file > default. One table per
// daemon names what has a flag and a variable; both are put into the tree of the file before it is
// decoded, so that one decoder judges all of them. Plain values; one thread.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/checks/document.h"

namespace picket::checks {

// How a setting is written on the command line: a text as it is, something that YAML reads (a
// number, a flag, a span), or texts between commas.
enum class SettingKind { text, value, list };

struct Setting {
  std::string_view path;  // "log.level", the keys in the file
  SettingKind kind{SettingKind::text};
  std::string_view type;      // "HOST:PORT", for --help
  std::string_view fallback;  // the default as the file would write it; empty: none
  std::string_view text;      // for --help
};

// "--log-level" and, with the prefix PICKET_AGENT_, "PICKET_AGENT_LOG_LEVEL".
std::string flag_of(const Setting& setting);
std::string variable_of(std::string_view prefix, const Setting& setting);

class ConfigLayers {
 public:
  ConfigLayers() = default;
  ConfigLayers(std::string prefix, std::span<const Setting> settings)
      : prefix_(std::move(prefix)), settings_(settings) {}

  const std::string& prefix() const { return prefix_; }
  std::span<const Setting> settings() const { return settings_; }

  // Every variable that is set and not empty; `variable` gives nullptr for one that is not.
  void take_environment(const std::function<const char*(const char*)>& variable);
  // Before everything else. Requires a path of the table.
  void take_flag(std::string_view path, std::string text);

  // The tree with flags and variables in place of what the file says.
  NodePtr apply(const Node& root) const;
  // The same with the defaults of the table where nothing is said.
  NodePtr with_defaults(const Node& root) const;

  // Where a value of these trees comes from: "flag --log-level", "environment PICKET_..",
  // "default", or FILE:LINE.
  std::string origin_of(const std::string& file, const Mark& at) const;
  // Mistakes in a flag or variable get its name in place of a line that no file has.
  void name_origins(std::vector<Diagnostic>& mistakes) const;

 private:
  struct Said {
    const Setting* setting{nullptr};
    std::string text;
    std::string origin;
  };
  const Setting* find(std::string_view path) const;

  std::string prefix_;
  std::span<const Setting> settings_;
  std::map<std::string, Said, std::less<>> said_;  // by path; the strongest layer only
};

}  // namespace picket::checks
