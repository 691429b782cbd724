#include "agent/probe/grpc_message.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::agent;

namespace {

http::Exchange answer_of(const std::string& body, const std::string& status = "0") {
  http::Exchange exchange;
  exchange.status = 200;
  exchange.headers = {{"content-type", "application/grpc+proto"}};
  if (!status.empty()) exchange.headers.emplace_back("grpc-status", status);
  exchange.body = body;
  return exchange;
}

std::string serving(char number) { return grpc_frame(std::string{'\x08', number}); }

}  // namespace

TEST_CASE("a message is framed by its length", "[grpc]") {
  CHECK(grpc_frame("") == std::string(5, '\0'));
  CHECK(grpc_frame("abc") == std::string("\0\0\0\0\3abc", 8));
  CHECK(grpc_frame(std::string(70'000, 'x')).substr(0, 5) == std::string("\0\0\1\x11\x70", 5));
  CHECK(health_request("").empty());
  CHECK(health_request("shop") == "\x0a\x04shop");
}

TEST_CASE("the time left is told in milliseconds", "[grpc]") {
  CHECK(grpc_timeout(Seconds{2}) == "2000m");
  CHECK(grpc_timeout(Nanos{1}) == "1m");
  CHECK(grpc_timeout(Nanos{0}) == "1m");
  CHECK(grpc_timeout(hours{1'000}) == "99999999m");
}

TEST_CASE("statuses have the names of the gRPC specification", "[grpc]") {
  CHECK(grpc_status_name(0) == "OK");
  CHECK(grpc_status_name(5) == "NOT_FOUND");
  CHECK(grpc_status_name(9) == "FAILED_PRECONDITION");
  CHECK(grpc_status_name(14) == "UNAVAILABLE");
  CHECK(grpc_status_name(16) == "UNAUTHENTICATED");
  CHECK(grpc_status_name(17) == "17");
  CHECK(serving_name(1) == "SERVING");
  CHECK(serving_name(3) == "SERVICE_UNKNOWN");
  CHECK(serving_name(9) == "9");
}

TEST_CASE("a health answer is read with its status and its words", "[grpc]") {
  const HealthAnswer good = read_health_answer(answer_of(serving('\x02')));
  CHECK(good.wrong.empty());
  CHECK(good.status == 0);
  CHECK(good.serving == 2);
  CHECK(read_health_answer(answer_of(grpc_frame(""))).serving == 0);
  http::Exchange failed = answer_of("", "5");
  failed.headers.emplace_back("grpc-message", "no caf%C3%A9 %zz 100%");
  const HealthAnswer answer = read_health_answer(failed);
  CHECK(answer.wrong.empty());
  CHECK(answer.status == 5);
  CHECK(answer.message == "no caf\xc3\xa9 %zz 100%");
  CHECK_FALSE(answer.serving);
}

TEST_CASE("what is no gRPC is said in words", "[grpc]") {
  struct Row {
    http::Exchange exchange;
    const char* wrong;
  };
  http::Exchange gateway = answer_of("");
  gateway.status = 502;
  http::Exchange html = answer_of("<html>");
  html.headers = {{"content-type", "text/html"}};
  const Row rows[] = {
      {gateway, "HTTP status 502 instead of a gRPC answer"},
      {html, "the content type is text/html"},
      {answer_of("", ""), "there is no grpc-status"},
      {answer_of("", "x"), "grpc-status is no number"},
      {answer_of("", "-1"), "grpc-status is no number"},
      {answer_of(""), "the call is OK and brought no message"},
      {answer_of("abc"), "a message of 25187 bytes in a body of 3"},
      {answer_of(serving('\1') + "x"), "a message of 2 bytes in a body of 8"},
      {answer_of('\1' + serving('\1').substr(1)),
       "the message is compressed, which was not offered"},
      {answer_of(grpc_frame("\xff\xff")), "the message is no HealthCheckResponse"},
  };
  for (const Row& row : rows) CHECK(read_health_answer(row.exchange).wrong == row.wrong);
}
