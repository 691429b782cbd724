// Slack's incoming webhooks: an outbox row as a message, and what the answer means. Pure functions;
// the URL is the secret and stands in no error. Contract: docs.slack.dev, "Sending messages using
// incoming webhooks"; Slack knows no idempotency: each message names its incident and its number.
#pragma once

#include <string>
#include <string_view>

#include "common/http/http_client.h"
#include "controller/deliver/receivers.h"
#include "controller/deliver/send_result.h"
#include "controller/store/rows.h"

namespace picket::controller {

// Slack's control characters as entities: text from targets mentions nobody and links nowhere.
std::string escape_slack(std::string_view text);

http::Request make_slack_request(const OutboxRow& row, const Receiver& receiver);

// Accepted is 200 with the body "ok". `{"ok": false}` with 200 is a failure, by its `error`.
SendResult classify_slack(const http::Exchange& exchange, const Receiver& receiver);

}  // namespace picket::controller
