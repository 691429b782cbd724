// Controllers under names, so that nobody types URLs: a file of the user's own. Blocking; one
// thread. Tokens are not in it, only where they are.
#pragma once

#include <map>
#include <string>

#include "cli/commands/command.h"
#include "cli/render/terminal.h"
#include "common/core/result.h"

namespace picket::cli {

struct Contexts {
  std::string current;                          // empty: none
  std::map<std::string, ControllerAccess> all;  // by name
};

// $XDG_CONFIG_HOME/picket/contexts.json, else below ~/.config; empty when HOME is not set either.
std::string contexts_path(const Environment& environment);

// No file: no contexts. io, invalid_argument (with the place) when it cannot be read.
Result<Contexts> load_contexts(const std::string& path);

// Whole or not at all, mode 0600, its directory 0700. io with the system's reason.
Status save_contexts(const std::string& path, const Contexts& contexts);

// Where the controller is: `given` by flags; else the context of --context; else
// PICKET_CONTROLLER; else the context of PICKET_CONTEXT; else the current one. The token: `given`;
// else that of the context of --context; else PICKET_TOKEN_FILE; else that of the other contexts. A
// context's token goes to its own URL only.
// not_found: a context that is named and does not exist.
Result<ControllerAccess> find_controller(const ControllerAccess& given, const std::string& context,
                                         const Environment& environment);

}  // namespace picket::cli
