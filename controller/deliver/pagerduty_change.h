// PagerDuty change events: what was deployed, shown beside incidents, paging nobody. Pure
// functions. Contract: developer.pagerduty.com, "Send a Change Event": POST /v2/change/enqueue with
// routing_key, payload {summary, source, timestamp, custom_details} and links.
#pragma once

#include "common/http/http_client.h"
#include "controller/deliver/receivers.h"
#include "controller/deliver/send_result.h"
#include "controller/store/rows.h"

namespace picket::controller {

// The fields of the row's payload that a change event has; at most 16 KiB, limits as for pages.
http::Request make_change_request(const OutboxRow& row, const Receiver& receiver);

// As for pages, but PagerDuty's answer names no key.
SendResult classify_change(const http::Exchange& exchange, const Receiver& receiver);

}  // namespace picket::controller
