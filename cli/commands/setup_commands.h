// The commands around one's own work with Picket: other tools' checks, contexts, completion, and
// the list of regions. As command.h: each is one file with an `add_..` function; main.cpp lists
// them.
#pragma once

#include "cli/commands/command.h"

namespace picket::cli {

void add_import(CLI::App& app, Action& chosen);
void add_export(CLI::App& app, Action& chosen);
void add_context(CLI::App& app, Action& chosen);
void add_completion(CLI::App& app, Action& chosen);
void add_regions(CLI::App& app, Action& chosen);

}  // namespace picket::cli
