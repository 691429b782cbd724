#include "agent/link/caller.h"

#include <charconv>

#include "common/core/log.h"
#include "common/core/text.h"
#include "picket/v1/agent.pb.h"

namespace picket::agent {
namespace {

constexpr std::uint64_t kAnswerBytesMax = 64ULL * 1024 * 1024;
constexpr Millis kRetryAfterMax{300'000};
constexpr Nanos kTimeTimeout = Seconds{10};

bool is_tls_refusal(FailureKind kind) {
  switch (kind) {
    case FailureKind::tls_expired:
    case FailureKind::tls_not_yet_valid:
    case FailureKind::tls_name_mismatch:
    case FailureKind::tls_untrusted:
    case FailureKind::tls_self_signed: return true;
    default: return false;
  }
}

bool is_timeout(FailureKind kind) {
  return kind == FailureKind::timeout || kind == FailureKind::connect_timeout ||
         kind == FailureKind::tls_timeout || kind == FailureKind::dns_timeout;
}

Refusal refusal_of(const Failure& failure, const std::string& controller) {
  const std::string what = "controller " + controller + ": " + failure.message;
  if (is_tls_refusal(failure.kind))
    return {{ErrorCode::certificate_refused, what,
             "compare controller_ca with the CA of the controller, its name, and the clocks"}};
  if (failure.kind == FailureKind::tls_handshake ||
      failure.kind == FailureKind::tls_client_certificate)
    return {{ErrorCode::unreachable, what,
             "if it lasts, the agent's certificate may have expired: give it a new join token"}};
  if (is_timeout(failure.kind)) return {{ErrorCode::timeout, what, ""}};
  return {{ErrorCode::unreachable, what, "the agent works on and sends its results later"}};
}

ErrorCode code_of(int status) {
  switch (status) {
    case 401: return ErrorCode::unauthorized;
    case 403: return ErrorCode::certificate_refused;
    case 409: return ErrorCode::sequence_gap;
    case 429:
    case 503: return ErrorCode::overloaded;
    case 400:
    case 404:
    case 413: return ErrorCode::protocol;
    default: return ErrorCode::unreachable;
  }
}

std::optional<Millis> retry_after(const http::Headers& headers) {
  const auto text = http::find_header(headers, "retry-after");
  if (!text) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error != std::errc{} || end != text->data() + text->size() || seconds < 0)
    return std::nullopt;
  return std::min<Millis>(kRetryAfterMax, Seconds{std::min<std::int64_t>(seconds, 86'400)});
}

Refusal refusal_of(const http::Exchange& exchange, const std::string& controller) {
  Refusal out;
  out.status = exchange.status;
  out.retry_after = retry_after(exchange.headers);
  out.error.code = code_of(exchange.status);
  out.error.message = "controller " + controller + " answered " + std::to_string(exchange.status);
  v1::ErrorBody body;
  const auto type = http::find_header(exchange.headers, "content-type").value_or("");
  if (type != "application/x-protobuf" || !body.ParseFromString(exchange.body)) return out;
  out.next_seq = body.next_seq();
  if (body.code() == to_string(ErrorCode::join_token_refused))
    out.error.code = ErrorCode::join_token_refused;
  if (!body.message().empty())
    out.error.message += ": " + cut_utf8(clean_line(body.message()), 512);
  out.error.hint = cut_utf8(clean_line(body.hint()), 512);
  return out;
}

bool failed_by_date(const http::Exchange& exchange) {
  return exchange.failure && (exchange.failure->kind == FailureKind::tls_expired ||
                              exchange.failure->kind == FailureKind::tls_not_yet_valid);
}

// What the controller says to an empty batch, or to an agent without a certificate.
std::optional<WallTime> time_in(const http::Exchange& exchange) {
  v1::ResultsResponse taken;
  v1::ErrorBody refused;
  std::int64_t told = 0;
  if (exchange.status == 200 && taken.ParseFromString(exchange.body))
    told = taken.controller_unix_ms();
  else if (exchange.status == 403 && refused.ParseFromString(exchange.body))
    told = refused.controller_unix_ms();
  if (exchange.failure || told <= 0) return std::nullopt;
  return WallTime::from_unix_ms(told);
}

}  // namespace

tl::expected<std::string, Refusal> judge_exchange(const http::Exchange& exchange,
                                                  const std::string& controller) {
  if (exchange.failure) return tl::unexpected(refusal_of(*exchange.failure, controller));
  if (exchange.status != 200) return tl::unexpected(refusal_of(exchange, controller));
  const auto type = http::find_header(exchange.headers, "content-type").value_or("");
  if (type == "application/x-protobuf") return exchange.body;
  Refusal out;
  out.status = 200;
  out.error = {ErrorCode::protocol,
               "controller " + controller + " answered with \"" + cut_utf8(clean_line(type), 100) +
                   "\", not with protobuf",
               "is something between agent and controller, a proxy or a captive portal?"};
  return tl::unexpected(std::move(out));
}

void Caller::set_identity(std::string certificate_pem, std::string private_key_pem,
                          WallTime issued) {
  tls_.certificate_pem = std::move(certificate_pem);
  tls_.private_key_pem = std::move(private_key_pem);
  issued_ = issued;
}

http::Request Caller::request_of(Call call) const {
  http::Request request;
  request.method = std::move(call.method);
  request.url = options_.controller + call.path;
  request.headers.emplace_back("User-Agent", options_.user_agent);
  request.headers.emplace_back("Accept", "application/x-protobuf");
  if (!call.body.empty()) request.headers.emplace_back("Content-Type", "application/x-protobuf");
  request.body = std::move(call.body);
  request.timeout = call.timeout;
  request.connect_timeout = Seconds{10};
  request.reuse_connection = true;
  request.body_bytes_max = kAnswerBytesMax;
  request.tls = tls_;
  return request;
}

// The time is all that is taken from this connection, and nothing is told over it: what the
// certificate is worth at that time, the next one judges.
async::Task<bool> Caller::learn_time() {
  http::Request request = request_of({"POST", "/agent/v1/results", "", kTimeTimeout});
  request.reuse_connection = false;
  request.tls.check_dates = false;
  const MonoTime sent = clock_.now();
  const auto exchange = co_await client_.exchange(std::move(request));
  const auto told = exchange ? time_in(*exchange) : std::nullopt;
  if (!told || *told < issued_) co_return false;
  const MonoTime received = clock_.now();
  const Millis trip = std::max(std::chrono::ceil<Millis>(received - sent), Millis{10});
  const WallTime before = clock_.wall_now();
  clock_.discipline(*told, received - (received - sent) / 2, trip);
  const Millis step = clock_.wall_now() - before;
  if (step == Millis{0}) co_return false;
  log::warn("the controller's time is taken: by ours its certificate would not be valid",
            {{"step_ms", std::int64_t(step.count())}});
  if (on_time_corrected) on_time_corrected(step);
  co_return true;
}

async::Task<tl::expected<Answer, Refusal>> Caller::call(Call call) {
  MonoTime sent = clock_.now();
  http::Request request = request_of(call);
  auto exchange = co_await client_.exchange(std::move(request));
  if (exchange && failed_by_date(*exchange) && co_await learn_time()) {
    sent = clock_.now();
    http::Request again = request_of(std::move(call));
    exchange = co_await client_.exchange(std::move(again));
  }
  if (!exchange) {
    Refusal ours{exchange.error(), 0, std::nullopt, 0};
    co_return tl::unexpected(std::move(ours));
  }
  auto body = judge_exchange(*exchange, options_.controller);
  if (!body) co_return tl::unexpected(std::move(body.error()));
  const MonoTime now = clock_.now();
  co_return Answer{std::move(*body), now, now - sent};
}

}  // namespace picket::agent
