// Flapping: a check whose rounds change between good and bad too often. While it flaps one incident
// stays open and no more pages are sent. Changes the flap state of a CheckState, nothing else.
//   rate    of changes among the last 20 measured rounds, the newer ones weighing more (0.8 to 1.2)
//   begins  at 50 %, ends below 25 %; needs 10 rounds
// Source of the weighting: Nagios Core documentation, "Detection and Handling of State Flapping".
#pragma once

#include <string_view>

#include "controller/evaluate/check_state.h"

namespace picket::controller {

inline constexpr std::size_t kFlapRounds = 20;
inline constexpr std::size_t kFlapRoundsLeast = 10;
inline constexpr double kFlapBegins = 0.5;
inline constexpr double kFlapEnds = 0.25;

// Of rounds written as 'g' and 'b', oldest first: 0 to 1.
double flap_rate(std::string_view rounds);

// Takes a round that has just closed; those that were not measured are no change.
void count_flaps(CheckState& state, RoundMark mark);

}  // namespace picket::controller
