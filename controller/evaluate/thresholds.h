// Thresholds: the samples that runs leave, and what they say at one moment. keep_samples() changes
// the alert states of a CheckState, the rest is pure (docs/reference/thresholds.md).
#pragma once

#include <set>
#include <string>

#include "controller/evaluate/check_state.h"
#include "controller/evaluate/facts.h"

namespace picket::controller {

inline constexpr std::size_t kSamplesMost = 20'000;  // of one alert and region; the oldest go

// What a condition that is no verdict says now. Unknown (too few samples, no fresh run) changes
// nothing: it neither fires nor clears.
struct Judgement {
  bool known{false};
  bool holds{false};
  std::set<RegionName> regions;  // in which it holds; empty: of all together
  std::string text;              // "p95(duration) is 1.84s over 10m (37 runs)"
};

// Takes what the run shows for each threshold of the check. Aggregates take scheduled runs only.
void keep_samples(CheckState& state, const RunResult& run, WallTime at);

Judgement judge_threshold(const CheckState& state, const AlertState& alert,
                          const Threshold& threshold, const CheckFacts& facts);

// The aggregate of these values, which are all that are in the window; nothing when there is none
// or a number is wanted of what is none. Requires an aggregate.
std::optional<Value> aggregate_of(Aggregate aggregate, const std::vector<Value>& values);

}  // namespace picket::controller
