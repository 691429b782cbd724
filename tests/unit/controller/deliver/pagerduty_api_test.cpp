// The REST lookup, change events and v3 webhooks: what is asked, and what is understood.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/core/digest.h"
#include "common/core/hex.h"
#include "controller/deliver/pagerduty_change.h"
#include "controller/deliver/pagerduty_rest.h"
#include "controller/deliver/pagerduty_webhook.h"
#include "tests/support/outbox_bench.h"

using namespace picket;
using namespace picket::test::outbox;
using nlohmann::json;
using Kind = Lookup::Kind;

namespace {

Receiver with_rest() {
  Receiver made = receiver("main");
  made.rest_key = "rest key";
  made.rest_url = "https://api.example";
  return made;
}

http::Exchange answer(int status, const std::string& body) {
  http::Exchange exchange;
  exchange.status = status;
  exchange.request_written = true;
  exchange.body = body;
  return exchange;
}

std::string incidents(const json& list) { return json{{"incidents", list}}.dump(); }

json incident(const std::string& status, const std::string& changed = "2026-11-22T02:21:00Z") {
  return {{"id", "Q1"},
          {"incident_number", 42},
          {"status", status},
          {"incident_key", "k"},
          {"last_status_change_at", changed},
          {"html_url", "https://x/Q1"}};
}

Kind judge(OutboxAction action, int status, const std::string& body) {
  OutboxRow row = page("t", action, 0);
  row.due = *parse_rfc3339("2026-11-22T02:20:00Z");
  return judge_lookup(answer(status, body), row, with_rest()).kind;
}

}  // namespace

TEST_CASE("a lookup asks as the REST API documents it", "[deliver]") {
  OutboxRow row = page("t", OutboxAction::trigger, 0, 0, "picket:ab&c");
  const http::Request request = make_lookup_request(row, with_rest());
  CHECK(request.method == "GET");
  CHECK(request.body.empty());
  CHECK(request.url.starts_with("https://api.example/incidents?incident_key=picket%3Aab%26c&"));
  CHECK(http::find_header(request.headers, "authorization") == "Token token=rest key");
  CHECK(http::find_header(request.headers, "accept") == "application/vnd.pagerduty+json;version=2");
  CHECK(request.url.find("rest key") == std::string::npos);
}

TEST_CASE("only PagerDuty's own answer says that an incident is there or not", "[deliver]") {
  constexpr auto trigger = OutboxAction::trigger;
  constexpr auto resolve = OutboxAction::resolve;
  const std::string none = incidents(json::array());
  CHECK(judge(trigger, 200, none) == Kind::absent);
  CHECK(judge(trigger, 200, incidents(json::array({incident("triggered")}))) == Kind::found);
  CHECK(judge(trigger, 200, incidents(json::array({incident("acknowledged")}))) == Kind::found);
  CHECK(judge(trigger, 200, incidents(json::array({incident("resolved")}))) ==
        Kind::found);  // since then
  const json old = incident("resolved", "2026-11-21T00:00:00Z");
  CHECK(judge(trigger, 200, incidents(json::array({old}))) == Kind::absent);
  json grouped = incident("triggered");
  grouped["incident_key"] = nullptr;  // of an incident with alerts
  CHECK(judge(trigger, 200, incidents(json::array({grouped}))) == Kind::found);
  json other = incident("triggered");
  other["incident_key"] = "of somebody else";
  CHECK(judge(trigger, 200, incidents(json::array({other}))) == Kind::absent);
  CHECK(judge(resolve, 200, none) == Kind::found);
  CHECK(judge(resolve, 200, incidents(json::array({incident("resolved")}))) == Kind::found);
  CHECK(
      judge(resolve, 200, incidents(json::array({incident("resolved"), incident("triggered")}))) ==
      Kind::absent);
  for (const int status : {429, 500, 502, 503, 408, 0})
    CHECK(judge(trigger, status, "") == Kind::failed);
  for (const int status : {302, 400, 401, 403, 404})
    CHECK(judge(trigger, status, "") == Kind::refused);
  CHECK(judge(trigger, 200, "<html>log in</html>") == Kind::failed);
  CHECK(judge(trigger, 200, "{}") == Kind::failed);
  CHECK(judge(trigger, 204, "") == Kind::failed);
}

TEST_CASE("an error of the REST API never shows the key", "[deliver]") {
  const Lookup lookup = judge_lookup(answer(401, "no such key: rest key"), trigger(), with_rest());
  CHECK(lookup.error.find("rest key") == std::string::npos);
}

TEST_CASE("a change event has the documented fields and no others", "[deliver]") {
  OutboxRow row = page("c", OutboxAction::change, 0);
  row.payload_json = json{{"summary", std::string(2000, 'x')},
                          {"source", "shop"},
                          {"severity", "critical"},
                          {"custom_details", {{"version", "1.2.3"}}},
                          {"links", {{{"href", "https://x/1"}, {"text", "it"}}}}}
                         .dump();
  Receiver receiver = with_rest();
  for (const char* url :
       {"https://e.example", "https://e.example/", "https://e.example/v2/enqueue"}) {
    receiver.url = url;
    const http::Request request = make_change_request(row, receiver);
    CHECK(request.url == "https://e.example/v2/change/enqueue");
    const json body = json::parse(request.body);
    CHECK(body.size() == 3);
    CHECK(body["routing_key"] == receiver.secret);
    CHECK(body["payload"].size() == 4);
    CHECK(body["payload"]["summary"].get<std::string>().size() <= 1026);
    CHECK(body["links"][0]["href"] == "https://x/1");
  }
  const auto judged = [&](int status, const std::string& text) {
    return classify_change(answer(status, text), receiver).kind;
  };
  CHECK(judged(202, R"({"status": "success", "message": "Change event processed"})") ==
        SendClass::accepted);
  CHECK(judged(202, "{}") == SendClass::suspect);
  CHECK(judged(400, "{}") == SendClass::rejected);
  CHECK(judged(503, "") == SendClass::transient);
}

TEST_CASE("a signature holds for its body and any of the secrets, and for nothing else",
          "[deliver]") {
  const std::string body = R"({"event": {}})";
  const auto sign = [&](const std::string& secret) {
    return "v1=" + to_hex(hmac_sha256(secret, body));
  };
  CHECK(is_signed_by(sign("new"), body, {"old", "new"}));
  CHECK(is_signed_by(sign("other") + ", " + sign("old"), body, {"old", "new"}));
  CHECK_FALSE(is_signed_by(sign("other"), body, {"old", "new"}));
  CHECK_FALSE(is_signed_by(sign("new"), body + " ", {"new"}));
  CHECK_FALSE(is_signed_by("", body, {"new"}));
  CHECK_FALSE(is_signed_by("v1=", body, {"new"}));
  CHECK_FALSE(is_signed_by(sign("new").substr(3), body, {"new"}));
  CHECK_FALSE(is_signed_by("v2=" + sign("new").substr(3), body, {"new"}));
  CHECK_FALSE(is_signed_by(sign(""), body, {""}));  // an empty secret signs nothing
  CHECK_FALSE(is_signed_by(sign("new"), body, {}));
  std::string many;
  for (int i = 0; i < 50; ++i) many += "v1=00,";
  CHECK_FALSE(is_signed_by(many + sign("new"), body, {"new"}));  // bounded work
  // RFC 4231, test case 2
  CHECK(is_signed_by("v1=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                     "what do ya want for nothing?", {"Jefe"}));
}

TEST_CASE("an event names its incident, a note that of its incident", "[deliver]") {
  const auto parse = [](const json& event) {
    return parse_pagerduty_event(json{{"event", event}}.dump());
  };
  const auto acknowledged =
      parse({{"id", "E1"},
             {"event_type", "incident.acknowledged"},
             {"agent", {{"type", "user_reference"}, {"summary", "Anna\n\x1b[31m"}}},
             {"data", {{"id", "Q1"}, {"incident_key", "picket:1"}}}});
  REQUIRE(acknowledged);
  CHECK(acknowledged->key.value == "picket:1");
  CHECK(acknowledged->provider_id == "Q1");
  CHECK(acknowledged->by.find('\x1b') == std::string::npos);
  CHECK(acknowledged->by.starts_with("Anna"));
  CHECK(acknowledged->by_person);
  const auto noted = parse(
      {{"id", "E2"},
       {"event_type", "incident.annotated"},
       {"agent", nullptr},
       {"data", {{"id", "N1"}, {"content", "it is the cache"}, {"incident", {{"id", "Q1"}}}}}});
  REQUIRE(noted);
  CHECK(noted->key.empty());
  CHECK(noted->provider_id == "Q1");
  CHECK(noted->text == "it is the cache");
  CHECK(noted->by.empty());
  CHECK_FALSE(noted->by_person);
  const auto closed = parse({{"id", "E3"},
                             {"event_type", "incident.resolved"},
                             {"agent", {{"type", "service_reference"}, {"summary", "Picket"}}},
                             {"data", {{"id", "Q1"}, {"incident_key", "picket:1"}}}});
  REQUIRE(closed);
  CHECK_FALSE(closed->by_person);
  for (const char* text : {"", "[]", "{}", R"({"event": {"id": 5}})", R"({"event": []})"})
    CHECK_FALSE(parse_pagerduty_event(text));
}
