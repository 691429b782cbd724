// What `plan` and `apply` share: a directory of checks held against a controller. Internal to
// cli/commands.
#pragma once

#include <optional>
#include <string>

#include "cli/commands/command.h"
#include "cli/controller/api_client.h"
#include "cli/plan/plan.h"

namespace picket::cli {

struct Planned {
  checks::FileSet files;
  Plan plan;
};

// Nothing: the files have mistakes, which were said on `err`. Errors: as read_file_set() and the
// client.
Result<std::optional<Planned>> plan_directory(Session& session, const ApiClient& client,
                                              const std::string& directory);

}  // namespace picket::cli
