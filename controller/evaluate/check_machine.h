// One check's state machine: takes what happened to the check, in order of time, and does what is
// due in between at its own time. Driven by Evaluator; no clock, no other check.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "controller/evaluate/check_state.h"
#include "controller/evaluate/event.h"

namespace picket::controller {

// Does everything due up to `now`, each at its due time. True when anything was.
bool catch_up(CheckState& state, WallTime now, Effects& effects);

// When catch_up() next has something to do.
std::optional<WallTime> next_due(const CheckState& state);

// A new check at `at`, with the flags of its regions already set.
std::unique_ptr<CheckState> make_check_state(const CheckDefined& defined,
                                             const std::map<RegionName, RegionFlags>& flags,
                                             WallTime at, Effects& effects);

// The following require catch_up(state, at) before; `at` becomes the state's time.
void redefine(CheckState& state, const CheckDefined& defined,
              const std::map<RegionName, RegionFlags>& flags, Effects& effects);
void receive_run(CheckState& state, const RunReceived& received, Effects& effects);
void receive_attempt(CheckState& state, const AttemptFailedReceived& received, Effects& effects);
void receive_missed(CheckState& state, const MissedReceived& received);
void set_flags(CheckState& state, const RegionName& region, RegionFlags flags, Effects& effects);

// The controller listens again from `at`: instead of catch_up().
void resume_listening(CheckState& state, WallTime at, Effects& effects);

}  // namespace picket::controller
