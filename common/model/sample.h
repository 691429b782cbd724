// What a run shows of a threshold's metric: one sample. Pure functions; the evaluator keeps the
// samples, agents report the facts that they are made of (facts_of_alerts).
#pragma once

#include <optional>
#include <string_view>

#include "common/model/run.h"
#include "common/model/threshold.h"

namespace picket {

// duration, dns, connect, tls, wait, transfer, size, failures: every kind has these.
bool is_builtin_metric(std::string_view name);

// Of the last attempt: of the step that the threshold names, else of the whole run. Phases and
// sizes are summed over the requests, a fact of several steps is the last one's.
// `failures` is 1 for a run (or step) that failed, else 0; everything else is shown only by runs
// (steps) that did not fail: how long a failure took says nothing of the service's speed.
// Nothing: the run does not show it (absent fact, skipped step, nothing measured).
std::optional<Value> sample_of(const RunResult& run, const Threshold& threshold);

}  // namespace picket
