// What the channels have in common in reading an answer: used by pagerduty and webhook. Pure
// functions over an exchange; they never show a secret.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/http/http_client.h"
#include "controller/deliver/send_result.h"

namespace picket::controller {

// Everything but a complete 2xx, which only the channel can judge: nothing is returned then.
std::optional<SendResult> classify_failure(const http::Exchange& exchange, std::string_view secret);

// Retry-After in seconds or as an HTTP date, between 0 and 120 s. `Date` of the answer is the
// reference for a date, so that our clock takes no part.
std::optional<Millis> retry_after_of(const http::Headers& headers);

// One clean line of at most 200 bytes, with `secret` replaced by ***.
std::string answer_text(std::string_view text, std::string_view secret);

bool is_html(const http::Exchange& exchange);

}  // namespace picket::controller
