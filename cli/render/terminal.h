// What the terminal behind a stream can show. Decided once per program from the environment and
// the options; commands only read it. Pure but for terminal_of_process.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace picket::cli {

enum class ColorChoice { automatic, always, never };

struct Terminal {
  bool is_terminal{false};
  bool color{false};
  bool unicode{false};  // else ASCII
  int columns{80};
};

using Environment = std::function<std::optional<std::string>(const std::string&)>;

// Colour: only on a terminal, never with NO_COLOR or TERM=dumb, unless --color says otherwise.
// Columns: COLUMNS, else what the terminal of stdout says, else 80.
// Unicode: when LC_ALL, LC_CTYPE or LANG (the first that is set) names UTF-8.
Terminal make_terminal(bool is_terminal, ColorChoice choice, const Environment& environment,
                       int window_columns = 0);

// Of the terminal behind a descriptor; 0 when it is none or does not tell.
int window_columns_of(int descriptor);

// The variables of this process; empty ones count as not set.
Environment process_environment();

}  // namespace picket::cli
