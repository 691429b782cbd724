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

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/core/time.h"

namespace picket::controller {

enum class ReceiverKind { pagerduty, webhook, slack, alertmanager, email, dead_man };

// How a connection to a mail server becomes a secret one.
enum class MailSecurity { starttls, tls, none };

// When a day's test message is sent: minutes after midnight on the clocks of an IANA zone.
struct DailyTest {
  int minute{9 * 60};
  std::string timezone{"UTC"};
  bool operator==(const DailyTest&) const = default;
};

struct Receiver {
  std::string name;  // "pagerduty/payments"
  ReceiverKind kind{ReceiverKind::pagerduty};
  // pagerduty: the host, "https://events.pagerduty.com"; webhook: all of it; slack: the host, for
  // the rest is secret; alertmanager: every instance, separated by spaces; email:
  // "smtp://mail.example.com:587"
  std::string url;
  // The routing key, "whsec_.." of Standard Webhooks, the whole URL of a Slack webhook or a
  // dead-man, or the
  // password of `user` (a bearer token without one); the last two may be empty.
  std::string secret;
  std::string fallback;  // the receiver to tell when this one cannot be reached; may be empty
  std::string ca_file;   // empty: the system's roots
  std::string user{};    // alertmanager, email
  std::string from{};    // email: an address
  std::vector<std::string> to{};  // email: addresses
  MailSecurity security{MailSecurity::starttls};
  std::string escalate_to{};  // told as well when nobody acknowledges; empty: nobody
  Millis escalate_after{0};
  // pagerduty: confirms through the REST API when there is a key; signs webhooks to us with these
  std::string rest_key{};
  std::string rest_url{"https://api.pagerduty.com"};
  std::vector<std::string> webhook_secrets{};
  bool change_events{false};  // pagerduty: is told of deployments
  std::optional<DailyTest> test_delivery{};
  std::string method{};  // dead_man: GET or POST
};

inline std::set<std::string> receiver_names(const std::vector<Receiver>& receivers) {
  std::set<std::string> names;
  for (const Receiver& receiver : receivers) names.insert(receiver.name);
  return names;
}

}  // namespace picket::controller
