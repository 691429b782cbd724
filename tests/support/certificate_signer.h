// Signs certificate requests as a controller would, with a CA key made on first use.
// For tests of the agent's side; one thread.
#pragma once

#include <string>

#include "common/core/ids.h"
#include "common/core/time.h"

namespace picket::test {

// A leaf of the request's key: O = region (left out when empty), CN = name.
std::string sign_request(const std::string& csr_pem, const AgentId& agent, WallTime from,
                         Millis lifetime);

}  // namespace picket::test
