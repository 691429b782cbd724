// Random definitions of checks for histories: every condition, quorum, hold and reason not to page
// that the oracle knows. Pure but for the generator.
#pragma once

#include <string>

#include "common/core/random.h"
#include "common/model/check.h"

namespace picket::oracle {

// `depends_on` may be empty. Windows and pauses lie around `now`.
Check make_definition(Random& random, const std::string& name, const std::string& depends_on,
                      WallTime now);

}  // namespace picket::oracle
