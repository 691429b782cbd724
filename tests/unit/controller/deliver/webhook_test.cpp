#include "controller/deliver/webhook.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/core/hex.h"

using namespace picket;
using namespace picket::controller;
using nlohmann::json;

namespace {

const std::string kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

Receiver receiver(const std::string& secret = kSecret) {
  return {"webhook/ops", ReceiverKind::webhook, "https://hooks.example/x", secret, "", ""};
}

OutboxRow row() {
  OutboxRow made;
  made.id = "row-1";
  made.incident = IncidentId{"01J"};
  made.receiver = "webhook/ops";
  made.key = DedupKey{"picket:a"};
  made.ordinal = 3;
  made.payload_json = R"({"summary":"shop down","custom_details":{"step":"pay"}})";
  return made;
}

}  // namespace

TEST_CASE("the signature is that of Standard Webhooks 1.0", "[deliver]") {
  const auto key = decode_webhook_secret(kSecret);
  REQUIRE(key);
  CHECK(sign_webhook(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})") ==
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("a secret that is none says what one is", "[deliver]") {
  for (const std::string& secret :
       {std::string{""}, std::string{"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
        std::string{"whsec_not base64!"}, std::string{"whsec_c2hvcnQ="},
        "whsec_" + to_base64(std::string(65, 'x'))}) {
    INFO(secret);
    const auto key = decode_webhook_secret(secret);
    REQUIRE(!key);
    CHECK(key.error().code == ErrorCode::invalid_config);
    CHECK(key.error().hint.find("whsec_") != std::string::npos);
    CHECK_FALSE(make_webhook_request(row(), receiver(secret), WallTime{}));
  }
}

TEST_CASE("attempts of one row share id and body, and are signed for their time", "[deliver]") {
  const auto first = make_webhook_request(row(), receiver(), WallTime::from_unix_ms(5'000));
  const auto second = make_webhook_request(row(), receiver(), WallTime::from_unix_ms(65'000));
  REQUIRE(first);
  REQUIRE(second);
  const auto header = [](const http::Request& request, const char* name) {
    return http::find_header(request.headers, name).value();
  };
  CHECK(first->url == "https://hooks.example/x");
  CHECK(header(*first, "webhook-id") == header(*second, "webhook-id"));
  CHECK(first->body == second->body);
  CHECK(header(*first, "webhook-timestamp") == "5");
  CHECK(header(*second, "webhook-timestamp") == "65");
  const auto key = decode_webhook_secret(kSecret);
  CHECK(header(*first, "webhook-signature") ==
        sign_webhook(*key, header(*first, "webhook-id"), 5, first->body));
  OutboxRow other = row();
  other.id = "row-2";
  CHECK(webhook_id(other) != webhook_id(row()));
}

TEST_CASE("the body says what happened, to which incident, in which order", "[deliver]") {
  OutboxRow resolve = row();
  resolve.action = OutboxAction::resolve;
  const auto request = make_webhook_request(resolve, receiver(), WallTime{});
  const json body = json::parse(request->body);
  CHECK(body["type"] == "incident.resolved");
  CHECK(body["data"]["incident"] == "01J");
  CHECK(body["data"]["dedup_key"] == "picket:a");
  CHECK(body["data"]["ordinal"] == 3);
  CHECK(body["data"]["summary"] == "shop down");
  CHECK(body["data"]["details"]["step"] == "pay");
  CHECK(request->body.find("whsec_") == std::string::npos);
}

TEST_CASE("any success but a page of HTML is acceptance", "[deliver]") {
  http::Exchange exchange;
  exchange.request_written = true;
  for (const int status : {200, 201, 202, 204}) {
    exchange.status = status;
    CHECK(classify_webhook(exchange, receiver()).kind == SendClass::accepted);
  }
  exchange.body = "  <!DOCTYPE html><title>Sign in</title>";
  CHECK(classify_webhook(exchange, receiver()).kind == SendClass::suspect);
  exchange.body.clear();
  exchange.headers = {{"Content-Type", "Text/HTML; charset=utf-8"}};
  CHECK(classify_webhook(exchange, receiver()).kind == SendClass::suspect);
  exchange.status = 410;
  CHECK(classify_webhook(exchange, receiver()).kind == SendClass::misconfigured);
}
