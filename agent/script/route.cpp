#include "agent/script/route.h"

namespace picket::agent {
namespace {

bool is_traceable(FailureKind kind) {
  return kind == FailureKind::connect_timeout || kind == FailureKind::connect_unreachable ||
         kind == FailureKind::timeout;
}

// The last request of the first step that failed, when it failed so; else nullptr.
template <class SomeAttempt>
auto* failing_request(SomeAttempt& attempt) {
  decltype(&attempt.steps.front().requests.back()) none = nullptr;
  if (attempt.verdict != RunVerdict::fail) return none;
  for (auto& step : attempt.steps) {
    if (step.failures.empty()) continue;
    if (!is_traceable(step.failures.front().kind) || step.requests.empty()) return none;
    auto& last = step.requests.back();
    const bool has_route = last.method != "DNS" && last.method != "PING";
    return has_route && !last.remote_address.empty() ? &last : none;
  }
  return none;
}

}  // namespace

std::optional<std::string> failing_address(const Attempt& attempt) {
  const RequestResult* request = failing_request(attempt);
  return request == nullptr ? std::nullopt : std::optional{request->remote_address};
}

void add_route(const Route& route, std::vector<Attempt>& attempts) {
  for (Attempt& attempt : attempts) {
    RequestResult* request = failing_request(attempt);
    if (request == nullptr || request->remote_address != route.remote) continue;
    if (request->evidence) request->evidence->route = route.lines;
  }
}

}  // namespace picket::agent
