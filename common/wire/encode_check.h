// A check as a message, with or without the places it was written at. Pure; internal to
// common/wire: everybody else uses wire.h.
#pragma once

#include "common/model/check.h"
#include "picket/v1/check.pb.h"

namespace picket::wire {

enum class Positions { kept, left_out };

v1::Check encode(const Check& check, Positions positions);

// Used for known positions only.
void put_position(const SourcePosition& position, v1::SourcePosition& out);

}  // namespace picket::wire
