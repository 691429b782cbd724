// `--watch` of the commands that show a state: the same again until the user has seen enough.
// Blocks; one thread; leaves the handler of SIGINT set, as the program ends then.
#pragma once

#include <functional>

#include "cli/commands/command.h"

namespace picket::cli {

// Adds `-w, --watch`. `wanted` outlives the parsing.
void add_watch(CLI::App& command, bool& wanted);

// Shows it every 2 s until SIGINT, on a terminal from its top; a failure is shown and tried again.
int watch(Session& session, const std::function<int()>& show);

}  // namespace picket::cli
