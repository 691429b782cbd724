// The `receivers` of the controller's configuration. Private to controller/config; it reports
// every mistake and never shows a secret.
#pragma once

#include <map>
#include <string>

#include "common/checks/fields.h"
#include "controller/deliver/receivers.h"

namespace picket::controller {

// A map KIND/NAME -> {pagerduty: {..} or another kind, fallback: KIND/NAME,
// escalate: {after: 15m, to: KIND/NAME}}.
std::map<std::string, Receiver> read_receivers(checks::Report& report, const checks::Node& node);

}  // namespace picket::controller
