// Random definitions of checks for histories: every condition, quorum, hold and reason not to page
// that the oracle knows. Pure but for the generator.
#pragma once

#include <string>

#include "common/core/random.h"
#include "common/model/check.h"

namespace picket::oracle {

// When it is, and by which clocks windows come again.
struct Moment {
  WallTime now;
  std::string timezone;
};

// `depends_on` may be empty. Windows and pauses lie around `moment`.
Check make_definition(Random& random, const std::string& name, const std::string& depends_on,
                      const Moment& moment);

// One of many: every minute, the usual alerts, a host of its own.
Check make_plain_definition(Random& random, const std::string& name);

}  // namespace picket::oracle
