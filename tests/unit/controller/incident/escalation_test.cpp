// Who is told as well when nobody acknowledges.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "controller/incident/incident_book.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kRound = *parse_rfc3339("2026-11-23T02:00:00Z");
using Pages = std::vector<std::string>;

BookSettings settings() {
  BookSettings s{.install_id = "install-1"};
  for (const char* name : {"pagerduty/shop", "pagerduty/managers", "pagerduty/board"})
    s.routes.receivers[name] = R"({"kind":"pagerduty"})";
  s.routes.escalations["pagerduty/shop"] = {minutes{15}, "pagerduty/managers"};
  return s;
}

Check shop(std::vector<std::string> notify = {"pagerduty/shop"}) {
  Check check;
  check.name = CheckName{"shop"};
  check.notify = std::move(notify);
  return check;
}

// An incident that opens at the round.
struct World {
  explicit World(BookSettings with = settings(), Check of = shop())
      : book(std::move(with)), check(std::move(of)) {
    book.define(std::make_shared<const Check>(check));
  }

  BookRows tell(AlertPhase phase, Millis after) {
    AlertTransition t{.check = std::make_shared<const Check>(check), .alert = {.id = "down"}};
    t.phase = phase;
    t.at = kRound + after;
    t.opening_round = kRound;
    t.first_bad_run = kRound;
    t.reason = "3 regions fail";
    return keep(book.apply(t));
  }
  BookRows acknowledge(Millis after) {
    return keep(*book.acknowledge(incidents.back().id, "anna", kRound + after));
  }
  BookRows advance(Millis after) { return keep(book.advance(kRound + after)); }
  BookRows keep(BookRows rows) {
    for (const auto& row : rows.incidents) incidents.push_back(row);
    for (const auto& row : rows.outbox) outbox.push_back(row);
    return rows;
  }

  IncidentBook book;
  Check check;
  std::vector<IncidentRow> incidents;
  std::vector<OutboxRow> outbox;
};

// "trigger pagerduty/managers"
Pages pages(const BookRows& rows) {
  Pages out;
  for (const OutboxRow& row : rows.outbox)
    out.push_back(std::string{to_string(row.action)} + " " + row.receiver);
  return out;
}

const Pages kManagers{"trigger pagerduty/managers"};

}  // namespace

TEST_CASE("an incident that nobody acknowledges is escalated once", "[incident][escalation]") {
  World world;
  world.tell(AlertPhase::fires, Millis{0});
  CHECK(pages(world.advance(Seconds{1})).empty());
  CHECK(world.book.next_due() == kRound + minutes{15});
  CHECK(pages(world.advance(minutes{14})).empty());
  const BookRows rows = world.advance(minutes{15});
  CHECK(pages(rows) == kManagers);
  REQUIRE(rows.timeline.size() == 1);
  CHECK(rows.timeline[0].kind == "paged");
  CHECK(rows.timeline[0].text ==
        "pagerduty/managers, nobody acknowledged the page of pagerduty/shop within 15m");
  const auto payload = nlohmann::json::parse(rows.outbox[0].payload_json);
  CHECK(payload["custom_details"]["escalated_from"] == "pagerduty/shop");
  CHECK(payload["custom_details"]["not_acknowledged_for"] == "15m");
  CHECK(rows.outbox[0].key != world.outbox[0].key);
  CHECK(pages(world.advance(minutes{30})).empty());
  CHECK(world.book.next_due() == kRound + minutes{60});
}

TEST_CASE("the resolve goes to both, and so does a late acknowledgement",
          "[incident][escalation]") {
  World world;
  world.tell(AlertPhase::fires, Millis{0});
  world.advance(minutes{15});
  CHECK(pages(world.acknowledge(minutes{20})) ==
        Pages{"acknowledge pagerduty/shop", "acknowledge pagerduty/managers"});
  CHECK(pages(world.tell(AlertPhase::clears, minutes{25})) ==
        Pages{"resolve pagerduty/shop", "resolve pagerduty/managers"});
}

TEST_CASE("an acknowledgement in time stops the escalation", "[incident][escalation]") {
  World world;
  world.tell(AlertPhase::fires, Millis{0});
  world.acknowledge(minutes{14});
  world.advance(minutes{14});
  CHECK(world.book.next_due() == kRound + minutes{60});
  CHECK(pages(world.advance(minutes{15})).empty());
}

TEST_CASE("what is resolved in time is not escalated", "[incident][escalation]") {
  World world;
  world.tell(AlertPhase::fires, Millis{0});
  CHECK(pages(world.tell(AlertPhase::clears, minutes{14})) == Pages{"resolve pagerduty/shop"});
  CHECK(pages(world.advance(minutes{15})).empty());
}

TEST_CASE("an escalation may lead on, and back to nobody twice", "[incident][escalation]") {
  BookSettings with = settings();
  with.routes.escalations["pagerduty/managers"] = {minutes{5}, "pagerduty/board"};
  with.routes.escalations["pagerduty/board"] = {minutes{5}, "pagerduty/shop"};
  World world(with);
  world.tell(AlertPhase::fires, Millis{0});
  CHECK(pages(world.advance(minutes{15})) == kManagers);
  CHECK(world.book.next_due() == kRound + minutes{20});
  CHECK(pages(world.advance(minutes{20})) == Pages{"trigger pagerduty/board"});
  CHECK(pages(world.advance(minutes{59})).empty());
}

TEST_CASE("who was told anyway is not told again", "[incident][escalation]") {
  World world(settings(), shop({"pagerduty/shop", "pagerduty/managers"}));
  CHECK(world.tell(AlertPhase::fires, Millis{0}).outbox.size() == 2);
  CHECK(pages(world.advance(minutes{15})).empty());
}

TEST_CASE("a silence holds the escalation up, without a busy loop", "[incident][escalation]") {
  World world;
  world.tell(AlertPhase::fires, Millis{0});
  Silence silence{"s1", {*parse_silence_matcher("check=shop")}, "anna", "known", kRound};
  silence.from = kRound + minutes{10};
  silence.until = kRound + minutes{40};
  world.book.set_silence(silence);
  CHECK(pages(world.advance(minutes{15})).empty());
  CHECK(world.book.next_due() == kRound + minutes{40});
  CHECK(pages(world.advance(minutes{40})) == kManagers);
}

TEST_CASE("an escalation that is due comes when its silence ends by hand",
          "[incident][escalation]") {
  World world;
  world.tell(AlertPhase::fires, Millis{0});
  Silence silence{"s1", {*parse_silence_matcher("check=shop")}, "anna", "known", kRound};
  silence.from = kRound + minutes{10};
  silence.until = kRound + minutes{490};
  world.book.set_silence(silence);
  CHECK(pages(world.advance(minutes{15})).empty());
  CHECK(world.book.end_silence("s1", kRound + minutes{31}));
  CHECK(pages(world.advance(minutes{31})) == kManagers);
}

TEST_CASE("the time counts from the page, not from what was kept back", "[incident][escalation]") {
  World world;
  Silence silence{"s1", {*parse_silence_matcher("check=shop")}, "anna", "known", kRound};
  silence.from = kRound;
  silence.until = kRound + minutes{30};
  world.book.set_silence(silence);
  world.tell(AlertPhase::fires, Millis{0});
  CHECK(pages(world.advance(minutes{30})) == Pages{"trigger pagerduty/shop"});
  CHECK(pages(world.advance(minutes{44})).empty());
  CHECK(pages(world.advance(minutes{45})) == kManagers);
}

TEST_CASE("a restart neither forgets an escalation nor repeats it", "[incident][escalation]") {
  World before;
  before.tell(AlertPhase::fires, Millis{0});
  World after;
  after.book.restore({before.incidents.back()}, before.outbox, kRound);
  after.advance(minutes{1});
  CHECK(after.book.next_due() == kRound + minutes{15});
  CHECK(pages(after.advance(minutes{15})) == kManagers);
  before.advance(minutes{15});
  World again;
  again.book.restore({before.incidents.back()}, before.outbox, kRound);
  CHECK(pages(again.advance(minutes{59})).empty());
}

TEST_CASE("an escalation to nobody that is configured waits for the configuration",
          "[incident][escalation]") {
  BookSettings with = settings();
  with.routes.receivers.erase("pagerduty/managers");
  World world(with);
  world.tell(AlertPhase::fires, Millis{0});
  CHECK(pages(world.advance(minutes{15})).empty());
  world.book.set_routes(settings().routes);
  CHECK(pages(world.advance(minutes{16})) == kManagers);
}

TEST_CASE("who was told and whom that leads to may both be gone", "[incident]") {
  World world;
  world.tell(AlertPhase::fires, Seconds{4});
  Routes routes = settings().routes;
  routes.gone["pagerduty/managers"] = routes.receivers.at("pagerduty/managers");
  routes.receivers.erase("pagerduty/shop");
  routes.receivers.erase("pagerduty/managers");
  world.book.set_routes(routes);
  CHECK(world.book.has_told("pagerduty/shop"));
  CHECK_FALSE(world.book.has_told("pagerduty/managers"));
  const BookRows rows = world.advance(minutes{16});
  CHECK(pages(rows) == kManagers);
  CHECK_FALSE(rows.outbox.at(0).route_json.empty());
  CHECK(world.book.has_told("pagerduty/managers"));
  world.tell(AlertPhase::clears, minutes{20});
  CHECK_FALSE(world.book.has_told("pagerduty/shop"));
}
