// The controller's answers as model values, and the last good plan on disk, so that the agent
// works on while the controller is away. Pure but for the functions that take a Disk, which block.
#pragma once

#include "agent/link/link_events.h"
#include "agent/spool/disk.h"
#include "common/core/result.h"
#include "picket/v1/agent.pb.h"

namespace picket::agent {

// protocol: the digest does not match, or the plan as a whole makes no sense. A single check that
// this version does not understand stands in `unreadable`, with the reason logged.
Result<Plan> decode_plan(const v1::DesiredState& message);

// protocol names the field. `region` is ours.
Result<OrderedRun> decode_order(const v1::RunOrder& message);
Result<OrderedTest> decode_test(const v1::TestOrder& message);

// state_dir/desired.pb: a checksum and the message.
Status store_plan(Disk& disk, const std::string& state_dir, const v1::DesiredState& message);

// not_found: none yet. corrupt: the file was set aside as desired.pb.corrupt.
Result<Plan> load_plan(Disk& disk, const std::string& state_dir);

}  // namespace picket::agent
