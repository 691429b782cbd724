// What `picket run` prints for people: a block per check, a line per step, what was wrong below
// it. Pure; the results are redacted and clean already.
#pragma once

#include <string>
#include <vector>

#include "cli/render/layout.h"
#include "common/model/run.h"

namespace picket::cli {

struct RunTextOptions {
  TextStyle style;
  bool verbose{false};    // the full exchange of every hop, and the waterfall where it fits
  bool waterfall{false};  // whatever the width
};

// One check's block, with a line break at its end. `interrupted`: the steps seen before SIGINT.
std::string render_run_text(const RunResult& result, const RunTextOptions& options,
                            bool interrupted = false);

// "1 failed, 2 passed": what is zero is left out.
std::string render_run_tally(const std::vector<RunResult>& results, std::size_t unfinished);

}  // namespace picket::cli
