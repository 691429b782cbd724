// The commands that look at channels: receivers, and the messages to them. As command.h: each is
// one file with an `add_..` function; main.cpp lists them.
#pragma once

#include "cli/commands/command.h"

namespace picket::cli {

void add_routes(CLI::App& app, Action& chosen);
void add_deliveries(CLI::App& app, Action& chosen);

}  // namespace picket::cli
