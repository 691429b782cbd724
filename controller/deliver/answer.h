// What the channels have in common in reading an answer: used by all that speak HTTP. Pure
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

// RFC 9110 5.6.7, the preferred form only: "Sun, 06 Nov 1994 08:49:37 GMT".
std::optional<WallTime> parse_http_date(const std::string& text);

// One clean line of at most 200 bytes, with `secret` replaced by ***.
std::string answer_text(std::string_view text, std::string_view secret);

bool is_html(const http::Exchange& exchange);

}  // namespace picket::controller
