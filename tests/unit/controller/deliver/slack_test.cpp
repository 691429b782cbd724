#include "controller/deliver/slack.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace picket;
using namespace picket::controller;
using nlohmann::json;

namespace {

const std::string kUrl = "https://hooks.slack.example/services/T0/B0/s3cret";

Receiver receiver() {
  return {"slack/ops", ReceiverKind::slack, "https://hooks.slack.example", kUrl, "", ""};
}

OutboxRow row(OutboxAction action = OutboxAction::trigger) {
  OutboxRow made;
  made.id = "row-1";
  made.incident = IncidentId{"01JSHOP"};
  made.action = action;
  made.receiver = "slack/ops";
  made.ordinal = 2;
  made.severity = Severity::critical;
  made.payload_json = R"({"summary":"shop down: <!channel> & <https://evil.example|click>",
    "custom_details":{"step":"a < b\n*c*","regions_failing":{"eu-1":"HTTP 500"}},
    "links":[{"href":"https://picket.example/incidents/01JSHOP?a=1&b=|>","text":"Incident"}]})";
  return made;
}

std::string text_of(const OutboxRow& row) {
  return json::parse(make_slack_request(row, receiver()).body).at("text");
}

http::Exchange answer(int status, const std::string& body, http::Headers headers = {}) {
  http::Exchange exchange;
  exchange.request_written = true;
  exchange.status = status;
  exchange.body = body;
  exchange.headers = std::move(headers);
  return exchange;
}

}  // namespace

TEST_CASE("text of a target mentions nobody and links nowhere in Slack", "[deliver][slack]") {
  const std::string text = text_of(row());
  CHECK(text.find("*Triggered* [critical] shop down: &lt;!channel&gt; &amp; "
                  "&lt;https://evil.example|click&gt;\n") == 0);
  CHECK(text.find("step: a &lt; b *c*\n") != std::string::npos);
  CHECK(text.find("regions_failing, eu-1: HTTP 500\n") != std::string::npos);
  CHECK(text.find("<https://picket.example/incidents/01JSHOP?a=1&amp;b=%7C%3E|Incident>") !=
        std::string::npos);
  const json body = json::parse(make_slack_request(row(), receiver()).body);
  CHECK(body.at("unfurl_links") == false);
  CHECK(body.at("unfurl_media") == false);
}

TEST_CASE("each Slack message says which incident it is of, and its number", "[deliver][slack]") {
  for (const auto& [action, word] : {std::pair{OutboxAction::trigger, "*Triggered*"},
                                     std::pair{OutboxAction::acknowledge, "*Acknowledged*"},
                                     std::pair{OutboxAction::resolve, "*Resolved*"}}) {
    const std::string text = text_of(row(action));
    CHECK(text.find(word) == 0);
    CHECK(text.find("_incident 01JSHOP, message 3_") != std::string::npos);
  }
  CHECK(text_of(row(OutboxAction::resolve)).find("step:") == std::string::npos);
}

TEST_CASE("the request goes to the secret URL, which stands in no error", "[deliver][slack]") {
  CHECK(make_slack_request(row(), receiver()).url == kUrl);
  const auto result = classify_slack(answer(404, "no_service at " + kUrl), receiver());
  CHECK(result.kind == SendClass::misconfigured);
  CHECK(result.error == "HTTP 404: no_service at ***");
}

TEST_CASE("what Slack answers, and what that means", "[deliver][slack]") {
  struct Row {
    int status;
    std::string body;
    SendClass wanted;
  };
  const std::vector<Row> rows{
      {200, "ok", SendClass::accepted},
      {200, "ok\n", SendClass::accepted},
      {200, R"({"ok":true})", SendClass::accepted},
      {200, "", SendClass::suspect},
      {200, "okay", SendClass::suspect},
      {200, "<html>Sign in to the guest network</html>", SendClass::suspect},
      {200, R"({"ok":"true"})", SendClass::suspect},
      {202, "ok", SendClass::suspect},
      {200, R"({"ok":false})", SendClass::misconfigured},
      {200, R"({"ok":false,"error":"channel_not_found"})", SendClass::misconfigured},
      {200, R"({"ok":false,"error":"invalid_auth"})", SendClass::misconfigured},
      {200, R"({"ok":false,"error":"msg_too_long"})", SendClass::rejected},
      {200, R"({"ok":false,"error":"ratelimited"})", SendClass::transient},
      {200, R"({"ok":false,"error":7})", SendClass::misconfigured},
      {302, "", SendClass::misrouted},
      {400, "invalid_payload", SendClass::rejected},
      {403, "action_prohibited", SendClass::misconfigured},
      {404, "no_service", SendClass::misconfigured},
      {410, "channel_is_archived", SendClass::misconfigured},
      {429, "", SendClass::transient},
      {500, "rollup_error", SendClass::transient},
  };
  for (const Row& wanted : rows) {
    CAPTURE(wanted.status, wanted.body);
    const auto result = classify_slack(answer(wanted.status, wanted.body), receiver());
    CHECK(to_string(result.kind) == to_string(wanted.wanted));
    CHECK(result.error.empty() == (wanted.wanted == SendClass::accepted));
  }
}

TEST_CASE("Slack says when to come again, in either way", "[deliver][slack]") {
  const http::Headers headers{{"Retry-After", "30"}};
  CHECK(classify_slack(answer(429, "", headers), receiver()).retry_after == Millis{30'000});
  const std::string limited = R"({"ok":false,"error":"ratelimited"})";
  CHECK(classify_slack(answer(200, limited, headers), receiver()).retry_after == Millis{30'000});
}
