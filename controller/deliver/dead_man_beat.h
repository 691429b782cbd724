// The beat of the dead-man: one message that says that the whole chain works, to an external
// service that raises the alarm when it stays away (healthchecks.io, Dead Man's Snitch and alike).
// It goes through the outbox like a page, but a late one is worth nothing: it is dropped. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/http/http_client.h"
#include "controller/deliver/receivers.h"
#include "controller/deliver/send_result.h"
#include "controller/store/rows.h"

namespace picket::controller {

// The one row of all beats: the next replaces the last, so that none can pile up.
inline constexpr std::string_view kBeatId = "dead-man";
inline constexpr std::string_view kBeatKey = "picket:dead-man";
inline constexpr std::string_view kDeadManReceiver = "dead-man";

// After this long, or at a restart, a beat that was not taken is given up.
inline constexpr Millis kBeatLife{25'000};
inline constexpr Millis kBeatRetry{5'000};

inline bool is_beat(const OutboxRow& row) { return row.id == kBeatId; }

// Requires a receiver of kind dead_man. `payload_json` is the body; no key of an incident stands
// in it.
OutboxRow make_beat(const Receiver& receiver, std::string payload_json, WallTime now);

// POST with the payload as JSON, or a GET without a body where the receiver says so.
http::Request make_beat_request(const OutboxRow& row, const Receiver& receiver);

// Any complete 2xx is taken: the services differ in what they say.
SendResult classify_beat(const http::Exchange& exchange, const Receiver& receiver);

}  // namespace picket::controller
