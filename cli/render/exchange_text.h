// One hop as `picket run -v` shows it: request and response as sent, where the time went, what the
// handshake showed. Pure; what it is given was redacted by the engine already.
#pragma once

#include <string>

#include "cli/render/layout.h"

namespace picket::cli {

// Lines that each begin with six spaces and end with a line break. `started`: of the attempt, for
// the days that a certificate has left.
std::string render_exchange(const RequestResult& request, WallTime started, const TextStyle& style);

}  // namespace picket::cli
