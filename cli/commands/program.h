// The command line of `picket` as a function: arguments, streams and environment in, exit code
// out. Owned by main; it never ends the process itself.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "cli/commands/command.h"

namespace picket::cli {

struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal{false};
  bool err_is_terminal{false};
  Environment environment;
  int out_columns{0};  // 0: not known
};

// `arguments` without the program's name.
int run_program(const std::vector<std::string>& arguments, std::span<const AddCommand> commands,
                const Surroundings& surroundings);

}  // namespace picket::cli
