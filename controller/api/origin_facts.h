// Facts `origin.HOST.WHAT` of page checks taken apart, for series and for the hosts that pages
// depend on. Internal to controller/api; pure functions.
#pragma once

#include <optional>
#include <string_view>

namespace picket::controller {

struct OriginFact {
  std::string_view host;  // "js.stripe.com"
  std::string_view what;  // "duration", "transfer", "requests", "ok"
};

// Nothing for other facts; `origin.duration` of a CDN names no host.
std::optional<OriginFact> parse_origin_fact(std::string_view name);

}  // namespace picket::controller
