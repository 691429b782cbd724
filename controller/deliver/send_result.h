// What one attempt to send a page came to. Made by pagerduty and webhook from an exchange, judged
// by the outbox machine. Plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/core/time.h"

namespace picket::controller {

enum class SendClass {
  accepted,       // the channel has taken it
  suspect,        // it looks taken, but not by the channel: a captive portal, another key
  misrouted,      // a redirect: never followed, the key is in the body
  rejected,       // the channel will not take this body: degrade it
  misconfigured,  // the channel will not take anything from us: key, address, permission
  transient,      // not now
  not_sent,       // failed before the request was written: nobody can have acted on it
  unknown,        // written, no answer: it may have been taken
};
inline std::string_view to_string(SendClass kind) {
  constexpr std::string_view kNames[] = {"accepted",      "suspect",   "misrouted", "rejected",
                                         "misconfigured", "transient", "not_sent",  "unknown"};
  return kNames[static_cast<std::size_t>(kind)];
}

struct SendResult {
  SendClass kind{SendClass::unknown};
  std::optional<Millis> retry_after;  // at most 120 s
  std::string error;                  // for people, one clean line without secrets
  std::string provider_id;
  int http_status{0};  // 0: no answer, or not over HTTP
};

}  // namespace picket::controller
