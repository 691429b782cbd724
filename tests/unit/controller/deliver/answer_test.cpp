#include "controller/deliver/answer.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

http::Exchange status(int code, std::string body = "") {
  http::Exchange exchange;
  exchange.request_written = true;
  exchange.status = code;
  exchange.body = std::move(body);
  return exchange;
}

}  // namespace

TEST_CASE("every status but a success has its class", "[deliver]") {
  const std::pair<int, SendClass> table[] = {
      {301, SendClass::misrouted},     {302, SendClass::misrouted},
      {307, SendClass::misrouted},     {400, SendClass::rejected},
      {413, SendClass::rejected},      {422, SendClass::rejected},
      {401, SendClass::misconfigured}, {403, SendClass::misconfigured},
      {404, SendClass::misconfigured}, {410, SendClass::misconfigured},
      {405, SendClass::misconfigured}, {408, SendClass::transient},
      {425, SendClass::transient},     {429, SendClass::transient},
      {500, SendClass::transient},     {502, SendClass::transient},
      {503, SendClass::transient},     {599, SendClass::transient},
      {103, SendClass::suspect},       {999, SendClass::suspect}};
  for (const auto& [code, kind] : table) {
    INFO(code);
    const auto result = classify_failure(status(code), "");
    REQUIRE(result);
    CHECK(to_string(result->kind) == to_string(kind));
  }
  CHECK_FALSE(classify_failure(status(200), ""));
  CHECK_FALSE(classify_failure(status(202), ""));
}

TEST_CASE("without an answer it matters whether the request was written", "[deliver]") {
  http::Exchange exchange;
  exchange.failure = Failure{FailureKind::connect_refused, "refused", {}};
  CHECK(classify_failure(exchange, "")->kind == SendClass::not_sent);
  exchange.failure = Failure{FailureKind::timeout, "no answer", {}};
  exchange.request_written = true;
  CHECK(classify_failure(exchange, "")->kind == SendClass::unknown);
}

TEST_CASE("half an answer keeps its status, half a success proves nothing", "[deliver]") {
  http::Exchange exchange = status(500);
  exchange.failure = Failure{FailureKind::http_truncated, "", {}};
  CHECK(classify_failure(exchange, "")->kind == SendClass::transient);
  exchange.status = 202;
  CHECK(classify_failure(exchange, "")->kind == SendClass::unknown);
}

TEST_CASE("Retry-After is read as seconds and as a date beside Date", "[deliver]") {
  const auto read = [](const std::string& value) {
    return retry_after_of({{"Date", "Sun, 06 Nov 1994 08:49:00 GMT"}, {"retry-after", value}});
  };
  CHECK(read("30") == Millis{Seconds{30}});
  CHECK(read(" 7 ") == Millis{Seconds{7}});
  CHECK(read("0") == Millis{0});
  CHECK(read("-5") == Millis{0});
  CHECK(read("86400") == Millis{Seconds{120}});
  CHECK(read("99999999999999999999999") == Millis{Seconds{120}});
  CHECK(read("Sun, 06 Nov 1994 08:49:37 GMT") == Millis{Seconds{37}});
  CHECK(read("Sun, 06 Nov 1994 08:48:00 GMT") == Millis{0});
  CHECK_FALSE(read("soon"));
  CHECK_FALSE(read("12 parsecs"));
  CHECK_FALSE(retry_after_of({}));
  CHECK_FALSE(retry_after_of({{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}));
}

TEST_CASE("the text of an answer is one clean line without the secret", "[deliver]") {
  CHECK(answer_text("a\nb\x1b[31m\xff", "") == "a b [31m\xEF\xBF\xBD");
  CHECK(answer_text("key KEY and KEY again", "KEY") == "key *** and *** again");
  CHECK(answer_text(std::string(5000, 'x'), "").size() <= 200);
  CHECK(classify_failure(status(401, "bad key R123"), "R123")->error == "HTTP 401: bad key ***");
}
