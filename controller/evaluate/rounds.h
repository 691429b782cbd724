// Slots of the open rounds of a check, and the summary of each round when it closes. Changes the
// round book-keeping of a CheckState, nothing else.
#pragma once

#include "controller/evaluate/check_state.h"

namespace picket::controller {

// Starts over with the round after `at`: a new check, or one with another interval.
void begin_rounds(CheckState& state, WallTime at);

// A scheduled run or a miss of an open round; the first word on a slot stands.
void record_slot(CheckState& state, WallTime round, const SlotOutcome& outcome);

// Keeps when the check was paused, up to state.now: a slot is skipped only in a round that a pause
// touches.
void note_pause(CheckState& state);

WallTime next_round_close(const CheckState& state);

// Closes every round due at state.now; slots without a word are missed, or skipped where a pause
// was.
void close_rounds(CheckState& state, Effects& effects);

// Closes what is open, whatever the time: the rounds of the old definition.
void close_all_rounds(CheckState& state, Effects& effects);

}  // namespace picket::controller
