// Events <-> the messages of the stored log, through common/wire. Pure functions for any thread;
// no I/O.
#pragma once

#include "common/core/result.h"
#include "controller/evaluate/event.h"
#include "picket/v1/event.pb.h"

namespace picket::controller {

v1::Event encode(const Event& event);

// Returns an Error protocol that names what is wrong: a log written by us always decodes.
Result<Event> decode(const v1::Event& message);

}  // namespace picket::controller
