// Reports on control targets, protobuf <-> model. Pure functions; bounded and checked like the rest
// of the wire (wire.h).
#pragma once

#include "common/core/result.h"
#include "common/model/control_report.h"
#include "picket/v1/run.pb.h"

namespace picket::wire {

v1::ControlReport encode(const ControlReport& report);

// protocol: no answers, more than kControlTargetsMax, or text that is no UTF-8 or too long.
Result<ControlReport> decode(const v1::ControlReport& message);

}  // namespace picket::wire
