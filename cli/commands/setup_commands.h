// The commands around one's own work with Picket: other tools' checks. As command.h: each is one
// file with an `add_..` function; main.cpp lists them.
#pragma once

#include "cli/commands/command.h"

namespace picket::cli {

void add_import(CLI::App& app, Action& chosen);

}  // namespace picket::cli
