// A range of the controller's history as commands take it: --from, --to, --warm-up. Internal to
// cli/commands.
#pragma once

#include <string>
#include <vector>

#include "cli/commands/command.h"
#include "cli/replay/fetch.h"

namespace picket::cli {

struct RangeOptions {
  std::string from;
  std::string until;
  std::string warm_up;
};

void add_range(CLI::App& command, RangeOptions& options);

// RFC 3339, or a span before now: "6h". invalid_argument.
Result<WallTime> parse_moment(const std::string& text, WallTime now);

// Asks the controller; the warm-up is as long as the windows of these checks and of those in force
// need, unless it is said. Progress goes to a terminal on `err`.
Result<History> fetch(Session& session, const RangeOptions& options,
                      const std::vector<Check>& checks);

// One line that is written over, on a terminal only. `done` is from 0 to 1; below 0: not known.
void show_progress(Session& session, double done, WallTime at);
void end_progress(Session& session);

}  // namespace picket::cli
