#include "cli/render/terminal.h"

#include <cstdlib>

#include "common/core/text.h"

namespace picket::cli {
namespace {

bool wants_color(bool is_terminal, const Environment& environment) {
  if (!is_terminal || environment("NO_COLOR")) return false;
  return environment("TERM").value_or("") != "dumb";
}

bool is_utf8(const Environment& environment) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const auto value = environment(name);
    if (!value) continue;
    const std::string lower = to_lower_ascii(*value);
    return lower.find("utf-8") != lower.npos || lower.find("utf8") != lower.npos;
  }
  return false;
}

}  // namespace

Terminal make_terminal(bool is_terminal, ColorChoice choice, const Environment& environment) {
  Terminal terminal;
  terminal.is_terminal = is_terminal;
  terminal.color = choice == ColorChoice::always ||
                   (choice == ColorChoice::automatic && wants_color(is_terminal, environment));
  terminal.unicode = is_utf8(environment);
  return terminal;
}

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return std::string{value};
  };
}

}  // namespace picket::cli
