// `routes:` of the controller's configuration and `test_delivery:` of a receiver. Private to
// controller/config; every mistake is reported with its place.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/checks/fields.h"
#include "controller/deliver/receivers.h"
#include "controller/incident/routes.h"

namespace picket::controller {

// [{match: [severity=warning, owner=payments], to: slack/ops, continue: true}], or `match` as a map
// of equalities. Receivers that are not in `receivers` are mistakes.
std::vector<RouteRule> read_route_rules(checks::Report& report, const checks::Node& node,
                                        const std::map<std::string, Receiver>& receivers);

// {daily_at: "09:00", timezone: Europe/Berlin}, or false: none is sent. Absent: 09:00 UTC.
void read_test_delivery(checks::Report& report, const checks::Fields& fields, Receiver& receiver);

// E0303, with a near name.
void add_unknown_receiver(checks::Report& report, const checks::Mark& at, const std::string& name,
                          const std::map<std::string, Receiver>& receivers);

}  // namespace picket::controller
