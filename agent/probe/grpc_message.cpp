#include "agent/probe/grpc_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "common/core/hex.h"
#include "common/core/text.h"
#include "picket/v1/grpc_health.pb.h"

namespace picket::agent {
namespace {

constexpr std::size_t kPrefixBytes = 5;  // compressed or not, length
constexpr std::int64_t kEightDigits = 99'999'999;
constexpr int kHttpOk = 200;

constexpr std::array<std::string_view, 17> kStatuses{
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};
constexpr std::array<std::string_view, 4> kServing{"UNKNOWN", "SERVING", "NOT_SERVING",
                                                   "SERVICE_UNKNOWN"};

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' && i + 2 < text.size() ? from_hex(text.substr(i + 1, 2))
                                                            : std::optional<std::string>{};
    out += byte ? *byte : std::string(1, text[i]);
    if (byte) i += 2;
  }
  return out;
}

// What a response without gRPC's own headers shows of whoever sent it.
std::string not_grpc(const http::Exchange& exchange) {
  if (exchange.status != kHttpOk)
    return fmt::format("HTTP status {} instead of a gRPC answer", exchange.status);
  const std::string type = http::find_header(exchange.headers, "content-type").value_or("none");
  if (!to_lower_ascii(type).starts_with("application/grpc"))
    return "the content type is " + cut_utf8(clean_line(type), 60);
  return {};
}

// The one message of the body, or what is wrong with it.
void read_message(const std::string& body, HealthAnswer& answer) {
  if (body.empty()) {
    if (answer.status == 0) answer.wrong = "the call is OK and brought no message";
    return;
  }
  std::size_t length = 0;
  for (std::size_t i = 1; i < kPrefixBytes && i < body.size(); ++i)
    length = (length << 8) | static_cast<unsigned char>(body[i]);
  if (body.size() < kPrefixBytes || body.size() - kPrefixBytes != length) {
    answer.wrong = fmt::format("a message of {} bytes in a body of {}", length, body.size());
    return;
  }
  if (body[0] != 0) {
    answer.wrong = "the message is compressed, which was not offered";
    return;
  }
  v1::GrpcHealthResponse response;
  if (response.ParseFromString(body.substr(kPrefixBytes)))
    answer.serving = static_cast<int>(response.status());
  else
    answer.wrong = "the message is no HealthCheckResponse";
}

}  // namespace

std::string grpc_frame(std::string_view message) {
  const auto size = static_cast<std::uint32_t>(message.size());
  std::string out(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>((size >> static_cast<unsigned>(shift)) & 0xffU);
  return out + std::string{message};
}

std::string health_request(const std::string& service) {
  v1::GrpcHealthRequest request;
  request.set_service(service);
  return request.SerializeAsString();
}

std::string grpc_timeout(Nanos left) {
  const auto millis = std::chrono::ceil<Millis>(left).count();
  return std::to_string(std::clamp<std::int64_t>(millis, 1, kEightDigits)) + "m";
}

std::string grpc_status_name(int status) {
  const bool known = status >= 0 && status < static_cast<int>(kStatuses.size());
  return known ? std::string{kStatuses[static_cast<std::size_t>(status)]} : std::to_string(status);
}

std::string serving_name(int serving) {
  const bool known = serving >= 0 && serving < static_cast<int>(kServing.size());
  return known ? std::string{kServing[static_cast<std::size_t>(serving)]} : std::to_string(serving);
}

HealthAnswer read_health_answer(const http::Exchange& exchange) {
  HealthAnswer answer;
  answer.wrong = not_grpc(exchange);
  if (!answer.wrong.empty()) return answer;
  const auto status = http::find_header(exchange.headers, "grpc-status");
  const auto number = status ? number_of(*status) : std::nullopt;
  if (!number) {
    answer.wrong = status ? "grpc-status is no number" : "there is no grpc-status";
    return answer;
  }
  answer.status = *number;
  answer.message =
      percent_decoded(http::find_header(exchange.headers, "grpc-message").value_or(""));
  read_message(exchange.body, answer);
  return answer;
}

}  // namespace picket::agent
