// What a blackbox_exporter is asked: the targets and modules of a Prometheus configuration. Pure
// but for the notes of the draft.
#pragma once

#include <string>
#include <vector>

#include "cli/import/draft.h"
#include "cli/import/import.h"
#include "common/core/result.h"

namespace picket::cli {

struct ProbeTarget {
  std::string job;
  std::string module;
  std::string target;
  std::string interval;  // of ours; empty: none is said
};

// Of `--target` and of each job whose path ends in /probe, or that says a module, as a parameter or
// by relabelling; what only a running Prometheus could tell becomes a note.
// invalid_argument with the mistakes and their places.
Result<std::vector<ProbeTarget>> probe_targets(const BlackboxInput& input, Draft& draft);

}  // namespace picket::cli
