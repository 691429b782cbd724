// PagerDuty Events API v2: an outbox row as a request, and what the answer means. Pure functions;
// the routing key stands in the body only. Contract: developer.pagerduty.com, "Send an Alert
// Event"; limits in docs/reference/delivery.md.
#pragma once

#include "common/http/http_client.h"
#include "controller/deliver/receivers.h"
#include "controller/deliver/send_result.h"
#include "controller/store/rows.h"

namespace picket::controller {

// `receiver` gives the URL and the routing key. Whatever the row's payload is, the body keeps the
// limits of the contract and stays under 16 KiB.
http::Request make_pagerduty_request(const OutboxRow& row, const Receiver& receiver);

// The table "observed, class" of docs/reference/delivery.md.
SendResult classify_pagerduty(const http::Exchange& exchange, const OutboxRow& row,
                              const Receiver& receiver);

}  // namespace picket::controller
