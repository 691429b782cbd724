// The snapshot of a receiver that an outbox row carries: everything but the secret, which is
// named by a digest. Pure functions for any thread.
#pragma once

#include <string>
#include <string_view>

#include "common/core/result.h"
#include "controller/deliver/receivers.h"
#include "controller/store/rows.h"

namespace picket::controller {

struct Route {
  std::string receiver;  // its name
  ReceiverKind kind{ReceiverKind::pagerduty};
  std::string url;
  std::string credential;  // tells secrets apart without holding one
  std::string fallback;
};

// 16 hex digits of SHA-256; empty for an empty secret.
std::string credential_of(std::string_view secret);

// The credential is that of the secret where the secret is the recipient: an episode then stays
// with the secret that took its trigger. Of alertmanager and email it is that of kind and name:
// their present settings are the right ones while the kind is the same.
Route make_route(const Receiver& receiver);

// A trigger that arrives after the resolve would open the incident there again.
inline bool reopens_late(ReceiverKind kind) {
  return kind == ReceiverKind::pagerduty || kind == ReceiverKind::webhook;
}

// What shares a rate limit and goes down together.
inline std::string channel_of(const Route& route) { return route.url + " " + route.credential; }

// Change events have an endpoint and limits of their own: their failures say nothing about pages.
inline std::string channel_of(const Route& route, const OutboxRow& row) {
  return channel_of(route) + (row.action == OutboxAction::change ? " changes" : "");
}

// The JSON that stands in OutboxRow::route_json.
std::string render_route(const Route& route);
inline std::string render_route(const Receiver& receiver) {
  return render_route(make_route(receiver));
}

// corrupt: no JSON object with a receiver, kind and URL.
Result<Route> parse_route(std::string_view json);

}  // namespace picket::controller
