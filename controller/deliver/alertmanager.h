// Alertmanager's API v2: an outbox row as an alert, alerts as a request, and what the answer means.
// Pure functions. Contract: POST /api/v2/alerts of the OpenAPI description in
// github.com/prometheus/alertmanager (api/v2/openapi.yaml).
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/http/http_client.h"
#include "controller/deliver/receivers.h"
#include "controller/deliver/send_result.h"
#include "controller/store/rows.h"

namespace picket::controller {

// Alertmanager resolves an alert by itself when nobody renews it for so long.
inline constexpr Millis kAlertHolds = minutes{20};

// The instances of a receiver, without trailing slashes.
std::vector<std::string> instances_of(const Receiver& receiver);

// The labels are the alert's identity and the same for all messages of an incident at every level
// of detail; what may change stands in the annotations. `ends_at` in Alertmanager's own time:
// kAlertHolds from now while it is open, the end of an incident that is over.
nlohmann::json make_alert(const OutboxRow& row, WallTime ends_at);

http::Request make_alertmanager_request(const std::string& instance, const Receiver& receiver,
                                        const nlohmann::json& alerts);

// A 400 is rejected: some of several alerts may have been taken all the same.
SendResult classify_alertmanager(const http::Exchange& exchange, const Receiver& receiver);

// How far the clock of the answer's sender is ahead of ours, by its `Date`; zero when that is
// within what a date of whole seconds can tell.
std::optional<Millis> skew_of(const http::Exchange& exchange, WallTime sent, WallTime received);

}  // namespace picket::controller
