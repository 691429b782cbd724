// How every channel that speaks HTTP is asked: POST, within the limits that delivery gives one
// attempt (docs/reference/delivery.md). URL, headers and body are the channel's own. Pure.
#pragma once

#include "common/http/http_client.h"
#include "controller/deliver/receivers.h"

namespace picket::controller {

// Connect within 3 s, all within 10 s; an answer of at most 64 KiB, the receiver's own roots.
http::Request channel_request(const Receiver& receiver);

}  // namespace picket::controller
