#include "tests/support/scripted_http.h"

#include <algorithm>

namespace picket::test {
namespace {

Failure failure_of(FailureKind kind) {
  return {.kind = kind, .message = std::string{summary_of(kind)}, .at = {}};
}

std::uint64_t header_bytes(const http::Headers& headers) {
  std::uint64_t bytes = 0;
  for (const auto& [name, value] : headers) bytes += name.size() + value.size() + 4;
  return bytes;
}

void fill(http::Exchange& exchange, const http::Request& request, Reply reply) {
  exchange.status = reply.status;
  if (!reply.addresses.empty()) exchange.resolved_addresses = std::move(reply.addresses);
  exchange.http_version = "1.1";
  exchange.headers = std::move(reply.headers);
  exchange.header_bytes = header_bytes(exchange.headers);
  exchange.body = std::move(reply.body);
  exchange.body_bytes = exchange.body.size();
  if (exchange.header_bytes > request.header_bytes_max)
    exchange.failure = failure_of(FailureKind::header_too_large);
  if (exchange.body.size() <= request.body_bytes_max) return;
  exchange.body.resize(request.body_bytes_max);
  exchange.failure = failure_of(FailureKind::body_too_large);
}

}  // namespace

ScriptedHttp& ScriptedHttp::on(const std::string& method, const std::string& url, Reply reply) {
  return answer(method, url, [reply = std::move(reply)](const http::Request&) { return reply; });
}

ScriptedHttp& ScriptedHttp::answer(const std::string& method, const std::string& url,
                                   Answer answer) {
  rules_[method + " " + url].push_back(std::move(answer));
  return *this;
}

Reply ScriptedHttp::reply_to(const http::Request& request) {
  const auto rule = rules_.find(request.method + " " + request.url);
  if (rule == rules_.end()) {
    if (otherwise_) return otherwise_(request);
    Reply none;
    none.failure = FailureKind::dns_nxdomain;
    return none;
  }
  const Answer answer = rule->second.front();
  if (rule->second.size() > 1) rule->second.pop_front();
  return answer(request);
}

async::Task<Result<http::Exchange>> ScriptedHttp::exchange(http::Request request) {
  requests_.push_back(request);
  Reply reply = reply_to(request);
  const Nanos taken = std::min(reply.delay, request.timeout);
  const bool late = reply.delay > request.timeout;
  if (taken.count() > 0) co_await clock_.sleep_for(taken);
  if (reply.error) co_return fail(*reply.error);
  http::Exchange exchange;
  exchange.phases.wait = taken;
  exchange.request_written = true;
  exchange.resolved_addresses = {"203.0.113.7"};
  exchange.remote_address = "203.0.113.7:443";
  if (late)
    exchange.failure = failure_of(FailureKind::timeout);
  else if (reply.failure)
    exchange.failure = failure_of(*reply.failure);
  else
    fill(exchange, request, std::move(reply));
  co_return exchange;
}

}  // namespace picket::test
