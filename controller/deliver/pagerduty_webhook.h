// PagerDuty's v3 webhooks to us: whether the signature holds, and what an event says. Pure
// functions on the raw body. Contract: developer.pagerduty.com, "Webhooks Overview" and "Verifying
// Signatures": X-PagerDuty-Signature: v1=<hex HMAC-SHA256 of the body>[,v1=..].
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/core/ids.h"
#include "common/core/result.h"

namespace picket::controller {

// True when one of the signatures is that of one of the secrets. All are compared, each in constant
// time, so that the time tells nothing but their number; at most 20 signatures are looked at.
bool is_signed_by(std::string_view header, std::string_view body,
                  const std::vector<std::string>& secrets);

struct PagerDutyEvent {
  std::string id;           // the same when PagerDuty sends it again
  std::string type;         // "incident.acknowledged"
  std::string provider_id;  // of the incident
  DedupKey key;             // empty: the event does not name it
  std::string by;           // who did it: a name, one clean line; empty: PagerDuty does not say
  bool by_person{false};    // not PagerDuty itself, a rule, a workflow or an integration
  std::string text;         // of incident.annotated: the note, clean, at most 2 KiB
};

// corrupt: no JSON object with an event that has an id and a type.
Result<PagerDutyEvent> parse_pagerduty_event(const std::string& body);

}  // namespace picket::controller
