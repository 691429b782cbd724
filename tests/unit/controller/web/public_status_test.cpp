#include "controller/web/public_status.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kNow = *parse_rfc3339("2026-11-22T02:30:00Z");

CheckView view_of(const std::string& name, CheckVerdict verdict, bool tagged = true) {
  auto check = std::make_shared<Check>();
  check->name = CheckName{name};
  check->title = "Title of " + name;
  check->owner = "secret-team";
  if (tagged) check->tags = {"shop", "public"};
  CheckView view;
  view.check = std::move(check);
  view.verdict = verdict;
  view.since = kNow;
  return view;
}

nlohmann::json parsed(const std::vector<CheckView>& views,
                      const std::vector<IncidentRow>& incidents = {}) {
  return nlohmann::json::parse(render_public_status(views, incidents, kNow));
}

}  // namespace

TEST_CASE("verdicts become words for customers", "[web]") {
  CHECK(public_state(view_of("a", CheckVerdict::up)) == "operational");
  CHECK(public_state(view_of("a", CheckVerdict::degraded)) == "degraded");
  CHECK(public_state(view_of("a", CheckVerdict::regional)) == "degraded");
  CHECK(public_state(view_of("a", CheckVerdict::down)) == "outage");
  CHECK(public_state(view_of("a", CheckVerdict::no_data)) == "unknown");
  CHECK(public_state(view_of("a", CheckVerdict::pending)) == "unknown");
  CheckView maintained = view_of("a", CheckVerdict::down);
  maintained.maintenance = "";
  CHECK(public_state(maintained) == "maintenance");
}

TEST_CASE("only what is tagged public is shown, and the worst state is the whole's", "[web]") {
  const auto json = parsed({view_of("a", CheckVerdict::up), view_of("b", CheckVerdict::regional),
                            view_of("inner", CheckVerdict::down, false)});
  REQUIRE(json["components"].size() == 2);
  CHECK(json["components"][1]["title"] == "Title of b");
  CHECK(json["state"] == "degraded");
  CHECK(json.dump().find("inner") == std::string::npos);
  CHECK(json.dump().find("secret-team") == std::string::npos);
}

TEST_CASE("a paused check is not shown, one whose pause is over is", "[web]") {
  CheckView paused = view_of("a", CheckVerdict::down);
  auto check = std::make_shared<Check>(*paused.check);
  check->paused = Paused{kNow, "migration"};  // as the file still says
  paused.check = std::move(check);
  CHECK(is_public(paused));
  paused.paused = "migration";
  CHECK(!is_public(paused));
}

TEST_CASE("what is on trial is not for the public", "[web]") {
  CheckView view = view_of("a", CheckVerdict::down);
  auto check = std::make_shared<Check>(*view.check);
  check->shadow = true;
  view.check = std::move(check);
  CHECK(!is_public(view));
}

TEST_CASE("a suspicion and an inner incident are not for the public", "[web]") {
  IncidentRow told;
  told.check = CheckName{"a"};
  told.state = IncidentState::open;
  told.opened = kNow;
  told.title = "a down: host db-7.internal";
  IncidentRow suspicion = told;
  suspicion.state = IncidentState::suspected;
  IncidentRow inner = told;
  inner.check = CheckName{"inner"};
  const auto json =
      parsed({view_of("a", CheckVerdict::down), view_of("inner", CheckVerdict::down, false)},
             {told, suspicion, inner});
  REQUIRE(json["incidents"].size() == 1);
  CHECK(json["incidents"][0]["component"] == "a");
  CHECK(json.dump().find("db-7") == std::string::npos);
}

TEST_CASE("a badge says title and state, escaped", "[web]") {
  CheckView view = view_of("a", CheckVerdict::down);
  auto check = std::make_shared<Check>(*view.check);
  check->title = "Pay & <go>";
  view.check = check;
  const std::string svg = render_badge(view);
  CHECK(svg.find("Pay &amp; &lt;go&gt;: outage") != std::string::npos);
  CHECK(svg.find("<go>") == std::string::npos);
}
