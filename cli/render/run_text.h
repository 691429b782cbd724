// What `picket run` prints for people: a block per check, a line per step, what was wrong below
// it. Pure; the results are redacted and clean already.
#pragma once

#include <string>
#include <vector>

#include "cli/render/terminal.h"
#include "common/model/run.h"

namespace picket::cli {

struct RunTextOptions {
  bool color{false};
  bool unicode{true};
  bool verbose{false};  // phases, hops, headers and the curl line of every step
};

// One check's block, with a line break at its end. `interrupted`: the steps seen before SIGINT.
std::string render_run_text(const RunResult& result, const RunTextOptions& options,
                            bool interrupted = false);

// "1 failed, 2 passed": what is zero is left out.
std::string render_run_tally(const std::vector<RunResult>& results, std::size_t unfinished);

}  // namespace picket::cli
