// Command lines as a POSIX shell and bash split them into words. Pure; variables, globs and
// substitutions stay as they are written.
#pragma once

#include <string>
#include <vector>

#include "common/core/result.h"

namespace picket::cli {

struct ShellCommand {
  int line{1};  // on which it begins
  std::vector<std::string> words;
};

// Commands end with a line, `;`, `|` or `&&`. invalid_argument: a quote is never closed; the
// message begins with the place in `file`.
Result<std::vector<ShellCommand>> split_commands(const std::string& file, const std::string& text);

}  // namespace picket::cli
