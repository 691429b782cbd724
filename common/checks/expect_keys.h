// The keys of `expect`, which depend on the kind of step: what keys.def says of all, and the facts
// of the kind (common/model/fact_names.def). Constant data.
#pragma once

#include <string_view>

#include "common/checks/keys.h"

namespace picket::checks {

// Requires a known kind.
const KeyGroup& expect_keys(std::string_view kind);

}  // namespace picket::checks
