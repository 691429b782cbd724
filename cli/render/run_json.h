// What `picket run -o json` prints: one document, the same facts as the text and all evidence.
// Pure; documented in docs/reference/runs.md, changes of meaning raise schema_version.
#pragma once

#include <string>
#include <vector>

#include "common/model/run.h"

namespace picket::cli {

constexpr int kRunSchemaVersion = 1;

// `unfinished`: names of checks that SIGINT stopped.
std::string render_run_json(const std::vector<RunResult>& results,
                            const std::vector<CheckName>& unfinished);

}  // namespace picket::cli
