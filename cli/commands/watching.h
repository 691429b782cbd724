// `--watch` of the commands that show a state: the same again until the user has seen enough.
// Blocks; one thread; leaves the handler of SIGINT set, as the program ends then.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/commands/command.h"

namespace picket::cli {

struct WatchOptions {
  bool watch{false};
  std::string output{"text"};

  // One document in a line while it is watched, else indented.
  std::string render(const nlohmann::ordered_json& document) const;
};

// Adds `-w, --watch` and `-o, --output`. `options` outlives the parsing.
void add_watch(CLI::App& command, WatchOptions& options);

// What `show` prints: once, or every 2 s until SIGINT; a failure is shown and tried again. On a
// terminal text stands at its top, and the last one stays until there is another.
int show_or_watch(Session& session, const WatchOptions& options,
                  const std::function<int(Session&)>& show);

}  // namespace picket::cli
