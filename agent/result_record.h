// A result as a record that the controller will take: what does not fit the contract's limits is
// cut down here, so that one odd result never holds up those behind it. Pure.
#pragma once

#include "common/model/run.h"
#include "common/wire/wire.h"

namespace picket::agent {

// Too large or not encodable: first without evidence, then as an unknown run with the reason.
v1::Record make_record(RunResult result);

}  // namespace picket::agent
