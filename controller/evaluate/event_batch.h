// The events of one stored batch, for those that read the log and write none of it. Pure functions
// for any thread.
#pragma once

#include <string>
#include <vector>

#include "common/core/result.h"
#include "controller/evaluate/event.h"

namespace picket::controller {

// From the bytes of a v1.EventBatch, unpacked. corrupt: it does not parse; protocol: an event that
// this program does not know.
Result<std::vector<Event>> decode_batch(const std::string& bytes);

}  // namespace picket::controller
