// Who can be told, as the controller's configuration says: an interface header, plain values.
// config makes receivers, incident snapshots them into outbox rows (render_route), deliver sends.
// The secret is never stored, rendered or logged.
//
// OutboxRow::payload_json of a trigger is one object; everything but summary may be missing:
//   {"summary": "shop-login down: step \"log in\", 9 of 12 regions, HTTP 500",
//    "source": "shop-login", "severity": "critical", "timestamp": "2026-11-22T02:20:00.000Z",
//    "component": "..", "group": "..", "class": "down", "custom_details": {..},
//    "links": [{"href": "https://..", "text": ".."}], "images": [{"src": "https://.."}],
//    "client": "Picket", "client_url": "https://.."}
// It may be any text: deliver cleans and cuts it to what the channel takes.
#pragma once

#include <string>

namespace picket::controller {

enum class ReceiverKind { pagerduty, webhook };

struct Receiver {
  std::string name;  // "pagerduty/payments"
  ReceiverKind kind{ReceiverKind::pagerduty};
  std::string url;       // pagerduty: the host, "https://events.pagerduty.com"; webhook: all of it
  std::string secret;    // the routing key, or "whsec_.." of Standard Webhooks
  std::string fallback;  // the receiver to tell when this one cannot be reached; may be empty
  std::string ca_file;   // empty: the system's roots
};

}  // namespace picket::controller
