// The state of a check, or of the regions, as versioned bytes (MessagePack) and back. Pure
// functions; used by Evaluator only.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "common/core/result.h"
#include "controller/evaluate/check_state.h"

namespace picket::controller {

std::string write_snapshot(const CheckState& state);
std::string write_snapshot(const std::map<RegionName, RegionFlags>& regions);

// Error corrupt: not a snapshot of this kind, damaged, or of an unknown version.
Result<std::unique_ptr<CheckState>> read_check_snapshot(const std::string& blob);
Result<std::map<RegionName, RegionFlags>> read_regions_snapshot(const std::string& blob);

}  // namespace picket::controller
