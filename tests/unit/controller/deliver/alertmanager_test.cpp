#include "controller/deliver/alertmanager.h"

#include <catch2/catch.hpp>

#include "controller/deliver/alert_levels.h"
#include "controller/deliver/route.h"

using namespace picket;
using namespace picket::controller;
using nlohmann::json;

namespace {

const WallTime kNow = WallTime::from_unix_ms(1'795'314'600'000);  // 2026-11-22T02:30:00Z

Receiver receiver() {
  return {"alertmanager/main",
          ReceiverKind::alertmanager,
          "http://one.example:9093/ https://two.example/am",
          "",
          "",
          ""};
}

OutboxRow row(OutboxAction action, std::uint32_t ordinal = 0,
              OutboxState state = OutboxState::accepted) {
  OutboxRow made;
  made.id = "row-" + std::to_string(ordinal);
  made.incident = IncidentId{"01JSHOP"};
  made.action = action;
  made.receiver = "alertmanager/main";
  made.route_json = render_route(receiver());
  made.key = DedupKey{"picket:a"};
  made.ordinal = ordinal;
  made.state = state;
  made.severity = Severity::critical;
  made.due = kNow;
  made.payload_json = R"({"summary":"shop-login down","source":"shop-login",
    "timestamp":"2026-11-22T02:20:00.000Z","component":"shop-login","group":"shop",
    "class":"no_data",
    "custom_details":{"owner":"team-shop","reason":"nobody reports"},
    "links":[{"href":"https://runbooks.example/shop","text":"Runbook"}],
    "client_url":"https://picket.example/incidents/01JSHOP"})";
  return made;
}

http::Exchange answer(int status, http::Headers headers = {}, const std::string& body = "") {
  http::Exchange exchange;
  exchange.request_written = true;
  exchange.status = status;
  exchange.headers = std::move(headers);
  exchange.body = body;
  return exchange;
}

}  // namespace

TEST_CASE("an alert is named by its incident, described by its page", "[deliver][alertmanager]") {
  const json alert = make_alert(row(OutboxAction::trigger), kNow + kAlertHolds);
  CHECK(alert["labels"] == json{{"alertname", "PicketNoData"},
                                {"severity", "critical"},
                                {"incident", "01JSHOP"},
                                {"component", "shop-login"},
                                {"service", "shop"},
                                {"condition", "no_data"},
                                {"owner", "team-shop"}});
  CHECK(alert["annotations"]["summary"] == "shop-login down");
  CHECK(alert["annotations"]["runbook_url"] == "https://runbooks.example/shop");
  CHECK(alert["annotations"]["description"] == "owner: team-shop\nreason: nobody reports\n");
  CHECK(alert["startsAt"] == "2026-11-22T02:20:00.000Z");
  CHECK(alert["endsAt"] == "2026-11-22T02:50:00.000Z");
  CHECK(alert["generatorURL"] == "https://picket.example/incidents/01JSHOP");
}

TEST_CASE("the labels are the same for all messages of an incident, however much is left out",
          "[deliver][alertmanager]") {
  const json first = make_alert(row(OutboxAction::trigger), kNow)["labels"];
  for (std::uint32_t level = 0; level <= 3; ++level)
    for (const auto action :
         {OutboxAction::trigger, OutboxAction::acknowledge, OutboxAction::resolve}) {
      OutboxRow other = row(action, 7);
      other.degrade_level = level;
      CHECK(make_alert(other, kNow)["labels"] == first);
    }
}

TEST_CASE("an alert never ends before it began", "[deliver][alertmanager]") {
  const json alert = make_alert(row(OutboxAction::resolve), WallTime::from_unix_ms(0));
  CHECK(alert["endsAt"] == alert["startsAt"]);
}

TEST_CASE("an acknowledgement is an annotation", "[deliver][alertmanager]") {
  CHECK(make_alert(row(OutboxAction::acknowledge), kNow)["annotations"]["acknowledged"] == "true");
  CHECK_FALSE(make_alert(row(OutboxAction::trigger), kNow)["annotations"].contains("acknowledged"));
}

TEST_CASE("instances are separate, each under its own path", "[deliver][alertmanager]") {
  const auto instances = instances_of(receiver());
  REQUIRE(instances ==
          std::vector<std::string>{"http://one.example:9093", "https://two.example/am"});
  const auto request = make_alertmanager_request(instances[1], receiver(), json::array());
  CHECK(request.url == "https://two.example/am/api/v2/alerts");
  CHECK_FALSE(http::find_header(request.headers, "authorization"));
}

TEST_CASE("a login goes as basic, a token as bearer", "[deliver][alertmanager]") {
  Receiver with_user = receiver();
  with_user.user = "picket";
  with_user.secret = "pw";
  Receiver with_token = receiver();
  with_token.secret = "t0ken";
  const auto sent = [](const Receiver& to) {
    const auto request = make_alertmanager_request("http://a", to, json::array());
    return http::find_header(request.headers, "authorization").value();
  };
  CHECK(sent(with_user) == "Basic cGlja2V0OnB3");
  CHECK(sent(with_token) == "Bearer t0ken");
}

TEST_CASE("what Alertmanager answers, and what that means", "[deliver][alertmanager]") {
  CHECK(classify_alertmanager(answer(200), receiver()).kind == SendClass::accepted);
  CHECK(classify_alertmanager(answer(202), receiver()).kind == SendClass::suspect);
  CHECK(classify_alertmanager(answer(200, {}, "<html>"), receiver()).kind == SendClass::suspect);
  CHECK(classify_alertmanager(answer(400), receiver()).kind == SendClass::rejected);
  CHECK(classify_alertmanager(answer(401), receiver()).kind == SendClass::misconfigured);
  CHECK(classify_alertmanager(answer(500), receiver()).kind == SendClass::transient);
}

TEST_CASE("the skew of a clock is read from the date of its answer", "[deliver][alertmanager]") {
  const auto skew = [](const std::string& date, Millis took) {
    return skew_of(answer(200, {{"Date", date}}), kNow, kNow + took);
  };
  CHECK(skew("Sun, 22 Nov 2026 02:30:00 GMT", Millis{20}) == Millis{0});
  CHECK(skew("Sun, 22 Nov 2026 02:30:01 GMT", Millis{20}) == Millis{0});
  CHECK(skew("Sun, 22 Nov 2026 02:29:59 GMT", Millis{20}) == Millis{0});
  CHECK(skew("Sun, 22 Nov 2026 03:00:00 GMT", Millis{1000}) == minutes{30});
  CHECK(skew("Sun, 22 Nov 2026 02:20:00 GMT", Millis{1000}) == -minutes{10});
  CHECK_FALSE(skew("yesterday", Millis{20}));
  CHECK_FALSE(skew_of(answer(200), kNow, kNow));
}

TEST_CASE("what is open is told on, what ended for fifteen minutes", "[deliver][alertmanager]") {
  AlertLevels levels;
  levels.learn(row(OutboxAction::trigger, 0, OutboxState::in_flight));
  CHECK(levels.at(kNow).empty());  // the outbox has still to deliver it
  levels.learn(row(OutboxAction::trigger, 0));
  levels.learn(row(OutboxAction::acknowledge, 1));
  CHECK(levels.at(kNow + hours{48}).at("alertmanager/main").size() == 1);
  CHECK(levels.learn(row(OutboxAction::resolve, 2, OutboxState::pending)));
  CHECK_FALSE(levels.learn(row(OutboxAction::resolve, 2)));  // it had ended already
  CHECK(levels.at(kNow + minutes{15}).at("alertmanager/main").front().resolved == kNow);
  CHECK(levels.at(kNow + minutes{16}).empty());
}

TEST_CASE("what is open again under another key is told as open only", "[deliver][alertmanager]") {
  AlertLevels levels;
  levels.learn(row(OutboxAction::trigger, 0));
  levels.learn(row(OutboxAction::resolve, 1));
  OutboxRow again = row(OutboxAction::trigger, 0);
  again.key = DedupKey{"picket:again"};
  levels.learn(again);
  const auto told = levels.at(kNow).at("alertmanager/main");
  REQUIRE(told.size() == 1);
  CHECK_FALSE(told.front().resolved);
}

TEST_CASE("rows in any order give the same level", "[deliver][alertmanager]") {
  AlertLevels levels;
  levels.learn(row(OutboxAction::resolve, 2));
  levels.learn(row(OutboxAction::trigger, 0));
  levels.learn(row(OutboxAction::trigger, 1));
  const auto level = levels.at(kNow).at("alertmanager/main").front();
  CHECK(level.resolved);
  CHECK(level.row.ordinal == 2);
}

TEST_CASE("what was never sent is no level, nor what went elsewhere", "[deliver][alertmanager]") {
  AlertLevels levels;
  levels.learn(row(OutboxAction::trigger, 0, OutboxState::suppressed));
  levels.learn(row(OutboxAction::resolve, 1, OutboxState::suppressed));
  levels.learn(row(OutboxAction::trigger, 0, OutboxState::coalesced));
  levels.learn(row(OutboxAction::trigger, 0, OutboxState::dead));
  OutboxRow other = row(OutboxAction::trigger);
  Receiver pager = receiver();
  pager.kind = ReceiverKind::pagerduty;
  other.route_json = render_route(pager);
  levels.learn(other);
  CHECK(levels.at(kNow).empty());
}
