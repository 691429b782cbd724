#include "agent/link/caller.h"

#include <catch2/catch.hpp>

#include "picket/v1/agent.pb.h"

using namespace picket;
using namespace picket::agent;

namespace {

http::Exchange answered(int status, const std::string& code = "",
                        const std::string& type = "application/x-protobuf") {
  v1::ErrorBody body;
  body.set_code(code);
  body.set_message("why\nnot");
  body.set_next_seq(7);
  http::Exchange out;
  out.status = status;
  out.headers = {{"content-type", type}, {"Retry-After", "12"}};
  out.body = body.SerializeAsString();
  return out;
}

http::Exchange failed(FailureKind kind) {
  http::Exchange out;
  out.failure = Failure{kind, "what was seen", {}};
  return out;
}

Refusal refusal_of(const http::Exchange& exchange) {
  const auto judged = judge_exchange(exchange, "https://c");
  REQUIRE_FALSE(judged.has_value());
  return judged.error();
}

}  // namespace

TEST_CASE("each answer of the controller has its error", "[link]") {
  struct Row {
    int status;
    std::string code;
    ErrorCode expected;
  };
  const auto row = GENERATE(values<Row>({
      {400, "protocol", ErrorCode::protocol},
      {401, "join_token_refused", ErrorCode::join_token_refused},
      {401, "unauthorized", ErrorCode::unauthorized},
      {403, "certificate_refused", ErrorCode::certificate_refused},
      {404, "not_found", ErrorCode::protocol},
      {409, "sequence_gap", ErrorCode::sequence_gap},
      {413, "", ErrorCode::protocol},
      {429, "overloaded", ErrorCode::overloaded},
      {500, "internal", ErrorCode::unreachable},
      {502, "", ErrorCode::unreachable},
      {503, "io", ErrorCode::overloaded},
  }));
  const Refusal refusal = refusal_of(answered(row.status, row.code));
  INFO(row.status << " " << row.code);
  CHECK(refusal.error.code == row.expected);
  CHECK(refusal.status == row.status);
  CHECK(refusal.retry_after == Seconds{12});
  CHECK(refusal.next_seq == 7);
  CHECK(refusal.error.message.find("why not") != std::string::npos);
}

TEST_CASE("each way of not reaching the controller has its error", "[link]") {
  CHECK(refusal_of(failed(FailureKind::connect_refused)).error.code == ErrorCode::unreachable);
  CHECK(refusal_of(failed(FailureKind::dns_nxdomain)).error.code == ErrorCode::unreachable);
  CHECK(refusal_of(failed(FailureKind::timeout)).error.code == ErrorCode::timeout);
  CHECK(refusal_of(failed(FailureKind::connect_timeout)).error.code == ErrorCode::timeout);
  // A controller that is killed resets handshakes: that is an outage, not a refusal.
  CHECK(refusal_of(failed(FailureKind::tls_handshake)).error.code == ErrorCode::unreachable);
  const Refusal untrusted = refusal_of(failed(FailureKind::tls_untrusted));
  CHECK(untrusted.error.code == ErrorCode::certificate_refused);
  CHECK(untrusted.error.hint.find("controller_ca") != std::string::npos);
}

TEST_CASE("a captive portal's page is not taken for the controller", "[link]") {
  const Refusal refusal = refusal_of(answered(200, "", "text/html"));
  CHECK(refusal.error.code == ErrorCode::protocol);
  CHECK(refusal.error.message.find("text/html") != std::string::npos);
}

TEST_CASE("an error page of a proxy is not read as an answer of the controller", "[link]") {
  const Refusal refusal = refusal_of(answered(401, "join_token_refused", "text/html"));
  CHECK(refusal.error.code == ErrorCode::unauthorized);
  CHECK(refusal.next_seq == 0);
}

TEST_CASE("a retry-after that makes no sense is ignored, a long one is cut", "[link]") {
  auto exchange = answered(503);
  exchange.headers[1].second = "soon";
  CHECK_FALSE(refusal_of(exchange).retry_after.has_value());
  exchange.headers[1].second = "-4";
  CHECK_FALSE(refusal_of(exchange).retry_after.has_value());
  exchange.headers[1].second = "99999999";
  CHECK(refusal_of(exchange).retry_after == minutes{5});
}
