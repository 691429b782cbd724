// The answer of GET /readyz: whether the controller can do its work, and everything that keeps it
// from that. Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/server/handler.h"

namespace picket::controller {

struct Readiness {
  std::vector<std::string> reasons;   // why it is not ready; none: it is
  std::vector<std::string> warnings;  // what is wrong with it and keeps it from nothing
};

// 200, or 503 with a reason. A line for each: `ready` or `not ready: ..`, then `warning: ..`. As
// JSON {schema_version, ready, reasons, warnings} with ?format=json.
ServerResponse render_readiness(const Readiness& readiness, const ServerRequest& request);

}  // namespace picket::controller
