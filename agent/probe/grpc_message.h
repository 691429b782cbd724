// gRPC over HTTP/2 as far as one unary call of grpc.health.v1.Health/Check needs it: message
// framing, the status in the trailers, names of statuses. Pure; what servers say is left as it is.
//
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/core/time.h"
#include "common/http/http_client.h"

namespace picket::agent {

// A length-prefixed message, not compressed.
std::string grpc_frame(std::string_view message);

// The request's message for `service`.
std::string health_request(const std::string& service);

// "2000m": a timeout as the header grpc-timeout has it, at most eight digits.
std::string grpc_timeout(Nanos left);

// "OK", "NOT_FOUND", ...; "17" for a number without a name.
std::string grpc_status_name(int status);

// What a complete response says, or what is wrong with it.
struct HealthAnswer {
  std::string wrong;           // of the protocol; empty: the rest holds
  int status{0};               // grpc-status
  std::string message;         // grpc-message, decoded
  std::optional<int> serving;  // of the health service; nothing without a message
};
HealthAnswer read_health_answer(const http::Exchange& exchange);

std::string serving_name(int serving);  // "SERVING"; "9" for a number without a name

}  // namespace picket::agent
