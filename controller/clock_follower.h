// The daemon's time follows its machine's: small differences at once, a step only when it lasts,
// for most are mended within minutes. Beside the controller, on its executor; reads no clock but
// these.
#pragma once

#include <functional>

#include "common/async/clock.h"

namespace picket::controller {

// Looks every ten seconds, until cancelled. `on_step` hears of a step that was just followed,
// before anybody else has read the clock; both clocks outlive it.
async::Task<void> follow_machine_clock(async::Clock& machine, async::DisciplinedClock& clock,
                                       std::function<void(Millis by)> on_step);

}  // namespace picket::controller
