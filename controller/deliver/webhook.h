// Signed webhooks, Standard Webhooks 1.0 (standardwebhooks.com): an outbox row as a request, and
// what the answer means. Pure functions; the secret signs and is never sent.
#pragma once

#include <string>
#include <string_view>

#include "common/core/result.h"
#include "common/http/http_client.h"
#include "controller/deliver/receivers.h"
#include "controller/deliver/send_result.h"
#include "controller/store/rows.h"

namespace picket::controller {

// The bytes of "whsec_<base64>", 24 to 64 of them. invalid_config otherwise.
Result<std::string> decode_webhook_secret(std::string_view secret);

// "v1,<base64 HMAC-SHA256 of id.timestamp.body>", the timestamp in Unix seconds.
std::string sign_webhook(std::string_view key, std::string_view id, std::int64_t timestamp,
                         std::string_view body);

// The same for every attempt at a row: receivers recognise repetitions by it.
std::string webhook_id(const OutboxRow& row);

// invalid_config when the secret is not one.
Result<http::Request> make_webhook_request(const OutboxRow& row, const Receiver& receiver,
                                           WallTime now);

// Any complete 2xx that is not a page of HTML is acceptance.
SendResult classify_webhook(const http::Exchange& exchange, const Receiver& receiver);

}  // namespace picket::controller
