// What is different between a run that failed and a good one of the same check and region: pure,
// bounded, the most telling first. The text comes from targets (redacted by the agent): cleaned
// and cut here, one line each.
#pragma once

#include <string>
#include <vector>

#include "common/model/run.h"

namespace picket {

struct RunDifference {
  std::string step;
  std::string what;    // "status", "address", "header server", "phase wait", ...
  std::string before;  // of the good run; empty: it had none
  std::string now;     // of the failed run; empty: it has none
  bool operator==(const RunDifference&) const = default;
};

inline constexpr std::size_t kDifferencesMax = 24;
inline constexpr std::size_t kDifferenceBytes = 200;  // of `before` and of `now`

// Of the step that failed: outcome, failure, status, URL and redirects, certificate, addresses,
// POP, cache, protocol, headers, body, size, phases; then of the steps before it: addresses, POP,
// certificates and phases. Headers that change with every answer are left out. A phase is named
// when it took twice as long and 100 ms more.
std::vector<RunDifference> compare_runs(const RunResult& failed, const RunResult& good,
                                        std::size_t most = kDifferencesMax);

// "status: 200 -> 502"; with the step in front unless it is the only kind of step there is.
std::string render(const RunDifference& difference);

}  // namespace picket
