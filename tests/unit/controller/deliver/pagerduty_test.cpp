#include "controller/deliver/pagerduty.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace picket;
using namespace picket::controller;
using nlohmann::json;

namespace {

const std::string kRoutingKey = "0123456789abcdef0123456789abcdef";

Receiver receiver(const std::string& url = "https://events.pagerduty.com") {
  return {"pagerduty/payments", ReceiverKind::pagerduty, url, kRoutingKey, "", ""};
}

OutboxRow trigger() {
  OutboxRow row;
  row.id = "row-1";
  row.key = DedupKey{"picket:" + std::string(64, 'a')};
  row.severity = Severity::critical;
  row.payload_json = R"({"summary":"shop down","source":"shop","severity":"critical",
    "timestamp":"2026-11-22T02:20:00.000Z","class":"down","custom_details":{"step":"pay"},
    "links":[{"href":"https://runbook","text":"runbook"}],"client":"Picket"})";
  return row;
}

http::Exchange answer(int status, const std::string& body) {
  http::Exchange exchange;
  exchange.request_written = true;
  exchange.status = status;
  exchange.body = body;
  return exchange;
}

}  // namespace

TEST_CASE("a trigger is the event of the contract", "[deliver]") {
  const http::Request request = make_pagerduty_request(trigger(), receiver());
  CHECK(request.method == "POST");
  CHECK(request.url == "https://events.pagerduty.com/v2/enqueue");
  CHECK(http::find_header(request.headers, "content-type") == "application/json");
  CHECK(request.connect_timeout == Seconds{3});
  CHECK(request.timeout == Seconds{10});
  const json expected = {{"routing_key", kRoutingKey},
                         {"event_action", "trigger"},
                         {"dedup_key", trigger().key.value},
                         {"client", "Picket"},
                         {"links", {{{"href", "https://runbook"}, {"text", "runbook"}}}},
                         {"payload",
                          {{"summary", "shop down"},
                           {"source", "shop"},
                           {"severity", "critical"},
                           {"timestamp", "2026-11-22T02:20:00.000Z"},
                           {"class", "down"},
                           {"custom_details", {{"step", "pay"}}}}}};
  CHECK(json::parse(request.body) == expected);
}

TEST_CASE("the routing key stands in the body and nowhere else", "[deliver]") {
  const http::Request request = make_pagerduty_request(trigger(), receiver());
  CHECK(request.url.find(kRoutingKey) == std::string::npos);
  for (const auto& [name, value] : request.headers)
    CHECK(value.find(kRoutingKey) == std::string::npos);
}

TEST_CASE("acknowledge and resolve carry the keys and no payload", "[deliver]") {
  OutboxRow row = trigger();
  row.action = OutboxAction::resolve;
  const json resolve = json::parse(make_pagerduty_request(row, receiver()).body);
  CHECK(resolve == json{{"routing_key", kRoutingKey},
                        {"event_action", "resolve"},
                        {"dedup_key", row.key.value}});
  row.action = OutboxAction::acknowledge;
  CHECK(json::parse(make_pagerduty_request(row, receiver()).body)["event_action"] == "acknowledge");
}

TEST_CASE("the host may be another region's, with or without slash and path", "[deliver]") {
  for (const char* url : {"https://events.eu.pagerduty.com", "https://events.eu.pagerduty.com/",
                          "https://events.eu.pagerduty.com/v2/enqueue"})
    CHECK(make_pagerduty_request(trigger(), receiver(url)).url ==
          "https://events.eu.pagerduty.com/v2/enqueue");
}

TEST_CASE("a body stays under 16 KiB whatever the details are", "[deliver]") {
  OutboxRow row = trigger();
  json payload = json::parse(row.payload_json);
  for (int i = 0; i < 100; ++i)
    payload["custom_details"]["field" + std::to_string(i)] = std::string(2000, 'x');
  row.payload_json = payload.dump();
  const http::Request request = make_pagerduty_request(row, receiver());
  CHECK(request.body.size() <= 16 * 1024);
  const json event = json::parse(request.body);
  CHECK(event["payload"]["summary"] == "shop down");
  CHECK(event["payload"]["custom_details"].contains("left_out"));
}

TEST_CASE("only PagerDuty's own answer for our key is acceptance", "[deliver]") {
  const OutboxRow row = trigger();
  const auto judge = [&](int status, const std::string& body) {
    return classify_pagerduty(answer(status, body), row, receiver()).kind;
  };
  const std::string good =
      json{{"status", "success"}, {"message", "x"}, {"dedup_key", row.key.value}}.dump();
  CHECK(judge(202, good) == SendClass::accepted);
  CHECK(judge(200, good) == SendClass::suspect);
  CHECK(judge(202, "") == SendClass::suspect);
  CHECK(judge(202, "<html>Sign in</html>") == SendClass::suspect);
  CHECK(judge(202, "[]") == SendClass::suspect);
  CHECK(judge(202, R"({"status":"queued","dedup_key":")" + row.key.value + "\"}") ==
        SendClass::suspect);
  CHECK(judge(202, R"({"status":"success","dedup_key":"other"})") == SendClass::suspect);
  CHECK(judge(202, R"({"status":"success"})") == SendClass::suspect);
  CHECK(judge(202, R"({"status":7,"dedup_key":null})") == SendClass::suspect);
  CHECK(judge(400, R"({"status":"invalid event"})") == SendClass::rejected);
}

TEST_CASE("a 400 that is about the key is no fault of the body", "[deliver]") {
  const auto judge = [](int status, const std::string& body) {
    return classify_pagerduty(answer(status, body), trigger(), receiver()).kind;
  };
  const auto event = [](const std::string& mistake) {
    return json{
        {"status", "invalid event"}, {"message", "Event object is invalid"}, {"errors", {mistake}}}
        .dump();
  };
  CHECK(judge(400, event("Length of 'routing_key' is incorrect (should be 32 characters)")) ==
        SendClass::misconfigured);
  CHECK(judge(400, event("'routing_key' cannot contain non-alphanumeric characters.")) ==
        SendClass::misconfigured);
  CHECK(judge(400, "Invalid routing key") == SendClass::misconfigured);
  CHECK(judge(400, event("'payload.summary' is missing or blank")) == SendClass::rejected);
  CHECK(judge(400, "<html>routing key</html>") == SendClass::rejected);
  CHECK(judge(413, "routing key") == SendClass::rejected);
  CHECK(judge(500, "routing key") == SendClass::transient);
}

TEST_CASE("what is kept of an answer never shows the routing key", "[deliver]") {
  const auto result =
      classify_pagerduty(answer(400, "no such key " + kRoutingKey), trigger(), receiver());
  CHECK(result.error == "HTTP 400: no such key ***");
}
