#include "cli/render/terminal.h"

#include <sys/ioctl.h>

#include <charconv>
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

// 0: nothing that makes sense.
int columns_of(const std::string& text) {
  int columns = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), columns);
  return error == std::errc{} && end == text.data() + text.size() && columns < 10'000 ? columns : 0;
}

}  // namespace

int window_columns_of(int descriptor) {
  winsize size{};
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

Terminal make_terminal(bool is_terminal, ColorChoice choice, const Environment& environment,
                       int window_columns) {
  Terminal terminal;
  terminal.is_terminal = is_terminal;
  terminal.color = choice == ColorChoice::always ||
                   (choice == ColorChoice::automatic && wants_color(is_terminal, environment));
  terminal.unicode = is_utf8(environment);
  const int told = columns_of(environment("COLUMNS").value_or(""));
  if (told > 0)
    terminal.columns = told;
  else if (window_columns > 0)
    terminal.columns = window_columns;
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
