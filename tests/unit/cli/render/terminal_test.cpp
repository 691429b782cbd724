#include "cli/render/terminal.h"

#include <catch2/catch.hpp>
#include <map>

namespace picket::cli {
namespace {

Environment environment(std::map<std::string, std::string> variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

bool is_unicode(std::map<std::string, std::string> variables) {
  return make_terminal(true, ColorChoice::automatic, environment(std::move(variables))).unicode;
}

}  // namespace

TEST_CASE("the first locale variable that is set decides about Unicode", "[terminal]") {
  CHECK(is_unicode({{"LANG", "en_GB.UTF-8"}}));
  CHECK(is_unicode({{"LC_ALL", "C.utf8"}, {"LANG", "C"}}));
  CHECK_FALSE(is_unicode({{"LC_ALL", "C"}, {"LANG", "en_GB.UTF-8"}}));
  CHECK_FALSE(is_unicode({}));
}

TEST_CASE("columns are COLUMNS, else the window's, else 80", "[terminal]") {
  const auto columns = [](std::map<std::string, std::string> variables, int window) {
    return make_terminal(true, ColorChoice::automatic, environment(std::move(variables)), window)
        .columns;
  };
  CHECK(columns({}, 0) == 80);
  CHECK(columns({}, 132) == 132);
  CHECK(columns({{"COLUMNS", "100"}}, 132) == 100);
  for (const char* odd : {"wide", "-3", "0", "99999999999", "80x"})
    CHECK(columns({{"COLUMNS", odd}}, 132) == 132);
}

TEST_CASE("colour needs a terminal that is not dumb and no NO_COLOR", "[terminal]") {
  const auto color = [](bool is_terminal, ColorChoice choice,
                        std::map<std::string, std::string> variables) {
    return make_terminal(is_terminal, choice, environment(std::move(variables))).color;
  };
  CHECK(color(true, ColorChoice::automatic, {{"TERM", "xterm"}}));
  CHECK_FALSE(color(false, ColorChoice::automatic, {{"TERM", "xterm"}}));
  CHECK_FALSE(color(true, ColorChoice::automatic, {{"TERM", "xterm"}, {"NO_COLOR", "1"}}));
  CHECK_FALSE(color(true, ColorChoice::automatic, {{"TERM", "dumb"}}));
  CHECK(color(false, ColorChoice::always, {{"NO_COLOR", "1"}}));
  CHECK_FALSE(color(true, ColorChoice::never, {{"TERM", "xterm"}}));
}

}  // namespace picket::cli
