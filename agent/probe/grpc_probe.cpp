#include "agent/probe/grpc_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/probe/grpc_message.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

constexpr std::uint64_t kAnswerBytesMax = 64 * 1024;
constexpr std::size_t kMessageShown = 200;

HttpAction make_call(const GrpcAction& action, Nanos left) {
  HttpAction call;
  call.method = "POST";
  call.url =
      (action.tls ? "https://" : "http://") + action.address + "/grpc.health.v1.Health/Check";
  call.headers = action.metadata;
  if (!action.authority.empty()) call.headers.emplace_back("host", action.authority);
  call.headers.emplace_back("content-type", "application/grpc");
  call.headers.emplace_back("te", "trailers");
  call.headers.emplace_back("grpc-timeout", grpc_timeout(left));
  call.body_kind = BodyKind::raw;
  call.body = grpc_frame(health_request(action.service));
  call.redirects_max = 0;
  call.http_version = "2";
  call.ip_version = action.ip_version;
  call.insecure = action.insecure;
  call.compression = false;
  call.body_bytes_max = kAnswerBytesMax;
  call.route = action.route;
  return call;
}

// A line of grpcurl; empty where a text would have to be quoted.
std::string command_of(const GrpcAction& action) {
  const auto is_plain = [](const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             std::string_view{"._-:/[]"}.find(c) != std::string_view::npos;
    });
  };
  if (!is_plain(action.address) || !is_plain(action.service) || !is_plain(action.authority))
    return {};
  std::string line = "grpcurl";
  if (!action.tls) line += " -plaintext";
  if (action.insecure) line += " -insecure";
  if (!action.authority.empty()) line += " -authority " + action.authority;
  return line + " -d '{\"service\":\"" + action.service + "\"}' " + action.address +
         " grpc.health.v1.Health/Check";
}

bool is_judged(const ProbeContext& context, std::string_view fact) {
  return std::find(context.judged.begin(), context.judged.end(), fact) != context.judged.end();
}

std::string named(const GrpcAction& action) {
  return action.service.empty() ? "the server" : action.service;
}

std::optional<Failure> judge(const GrpcAction& action, const HealthAnswer& answer,
                             const ProbeContext& context) {
  if (!answer.wrong.empty()) return Failure{FailureKind::grpc_protocol, answer.wrong, {}};
  const bool status_judged = is_judged(context, "grpc.status");
  const bool serving_judged = is_judged(context, "serving");
  if (answer.status != 0) {
    if (status_judged) return std::nullopt;
    std::string message = "the call ended with " + grpc_status_name(answer.status);
    if (!answer.message.empty())
      message += ": " + cut_utf8(clean_line(answer.message), kMessageShown);
    return Failure{FailureKind::grpc_status, std::move(message), {}};
  }
  const std::string serving = serving_name(answer.serving.value_or(0));
  if (serving == "SERVING" || serving_judged) return std::nullopt;
  return Failure{FailureKind::grpc_unhealthy, named(action) + " is " + serving, {}};
}

Facts facts_of(const HealthAnswer& answer) {
  Facts facts;
  if (!answer.wrong.empty()) return facts;
  facts["grpc.status"] = Found::scalar(grpc_status_name(answer.status));
  if (!answer.message.empty()) facts["grpc.message"] = Found::scalar(answer.message);
  if (answer.status == 0 && answer.serving)
    facts["serving"] = Found::scalar(serving_name(*answer.serving));
  return facts;
}

}  // namespace

async::Task<Result<ProbeOutcome>> run_grpc(GrpcAction action, ProbeContext& context) {
  const Nanos left = context.deadline.left(context.ports.clock.now());
  HttpCall call{.action = make_call(action, left),
                .secret_headers = context.secret_headers,
                .deadline = context.deadline};
  auto outcome = co_await context.http.request(std::move(call));
  if (!outcome) co_return fail(std::move(outcome.error()));
  if (!outcome->hops.empty()) outcome->hops.back().command = command_of(action);
  if (outcome->failure || outcome->hops.empty()) co_return outcome;
  const HealthAnswer answer = read_health_answer(outcome->hops.back().exchange);
  outcome->failure = judge(action, answer, context);
  outcome->facts = facts_of(answer);
  co_return outcome;
}

}  // namespace picket::agent
