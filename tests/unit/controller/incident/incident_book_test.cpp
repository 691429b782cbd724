#include "controller/incident/incident_book.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "common/core/random.h"
#include "common/core/text.h"
#include "controller/incident/page_text.h"

using namespace picket;
using namespace picket::controller;
using nlohmann::json;

namespace {

const WallTime kRound = WallTime::from_unix_ms(1'795'314'600'000);

BookSettings settings() {
  BookSettings s{.install_id = "install-1", .external_url = "https://picket.example"};
  s.routes.receivers = {{"pagerduty/shop", R"({"kind":"pagerduty"})"},
                        {"webhook/chat", R"({"kind":"webhook"})"},
                        {"pagerduty/ops", R"({"kind":"pagerduty"})"}};
  s.routes.default_receiver = "pagerduty/ops";
  s.routes.fleet = {"pagerduty/ops"};
  return s;
}

std::shared_ptr<const Check> shop(std::vector<std::string> notify = {"pagerduty/shop"}) {
  Check check;
  check.name = CheckName{"shop-login"};
  check.owner = "team-shop";
  check.service = "shop";
  check.runbook = "https://runbooks.example/shop";
  check.notify = std::move(notify);
  return std::make_shared<const Check>(check);
}

AlertTransition transition(AlertPhase phase, Millis after,
                           std::shared_ptr<const Check> check = shop()) {
  AlertTransition t{.check = std::move(check), .alert = {.id = "down"}};
  t.phase = phase;
  t.at = kRound + after;
  t.opening_round = kRound;
  t.first_bad_run = kRound + Millis{500};
  t.verdict = CheckVerdict::down;
  FailureSummary failure{.kind = FailureKind::http_status, .step = "log in"};
  failure.message = "expect.status: wanted 200, got 500";
  failure.status = 500;
  failure.pop = "FRA";
  failure.at = {"checks/shop.check.yaml", 41, 11};
  t.regions = {{RegionName{"eu-1"}, true, true, false, failure, kRound},
               {RegionName{"eu-2"}, false, true, false, std::nullopt, kRound}};
  t.attribution.failing = {RegionName{"eu-1"}};
  t.attribution.reporting = 2;
  t.attribution.kind = FailureKind::http_status;
  t.attribution.status = 500;
  t.attribution.step = "log in";
  t.attribution.pop = "FRA";
  t.reason = "3 regions fail, the quorum is 3 of 12";
  return t;
}

std::vector<std::string> kinds(const BookRows& rows) {
  std::vector<std::string> out;
  for (const TimelineRow& row : rows.timeline) out.push_back(row.kind);
  return out;
}

using Kinds = std::vector<std::string>;

}  // namespace

TEST_CASE("a suspicion is on record and pages nobody, refuted or not", "[incident]") {
  IncidentBook book{settings()};
  const BookRows first = book.apply(transition(AlertPhase::suspected, Seconds{1}));
  REQUIRE(first.incidents.size() == 1);
  CHECK(first.incidents[0].state == IncidentState::suspected);
  CHECK(first.outbox.empty());
  CHECK(kinds(first) == Kinds{"first_bad_run", "suspected"});
  const BookRows last = book.apply(transition(AlertPhase::clears, Seconds{20}));
  CHECK(last.outbox.empty());
  REQUIRE(last.incidents.size() == 1);
  CHECK(last.incidents[0].state == IncidentState::resolved);
  CHECK(kinds(last) == Kinds{"refuted"});
  CHECK(book.unresolved().empty());
}

TEST_CASE("an incident triggers, is acknowledged and resolves under one key in order",
          "[incident]") {
  IncidentBook book{settings()};
  book.apply(transition(AlertPhase::suspected, Seconds{1}));
  const BookRows fired = book.apply(transition(AlertPhase::fires, Seconds{4}));
  REQUIRE(fired.outbox.size() == 1);
  const OutboxRow& trigger = fired.outbox[0];
  CHECK(trigger.action == OutboxAction::trigger);
  CHECK(trigger.ordinal == 0);
  CHECK(trigger.due == kRound + Seconds{4});
  CHECK(trigger.state == OutboxState::pending);
  CHECK(trigger.route_json == R"({"kind":"pagerduty"})");
  CHECK(kinds(fired) == Kinds{"quorum_reached", "paged"});
  const auto acked = book.acknowledge(fired.incidents[0].id, "anna", kRound + minutes{1});
  REQUIRE(acked.has_value());
  CHECK(acked->outbox.at(0).action == OutboxAction::acknowledge);
  CHECK(acked->outbox.at(0).ordinal == 1);
  CHECK(acked->incidents.at(0).state == IncidentState::acknowledged);
  const BookRows cleared = book.apply(transition(AlertPhase::clears, minutes{5}));
  REQUIRE(cleared.outbox.size() == 1);
  CHECK(cleared.outbox[0].action == OutboxAction::resolve);
  CHECK(cleared.outbox[0].ordinal == 2);
  CHECK(cleared.outbox[0].key == trigger.key);
  CHECK(cleared.incidents[0].resolved == kRound + minutes{5});
}

TEST_CASE("acknowledging twice changes nothing, an unknown incident is an error", "[incident]") {
  IncidentBook book{settings()};
  const auto id = book.apply(transition(AlertPhase::fires, Seconds{4})).incidents[0].id;
  REQUIRE(book.acknowledge(id, "anna", kRound + minutes{1}).has_value());
  const auto again = book.acknowledge(id, "bert", kRound + minutes{2});
  REQUIRE(again.has_value());
  CHECK(again->outbox.empty());
  CHECK(book.acknowledge(IncidentId{"nope"}, "x", kRound).error().code == ErrorCode::not_found);
}

TEST_CASE("a suspicion cannot be acknowledged", "[incident]") {
  IncidentBook book{settings()};
  const auto id = book.apply(transition(AlertPhase::suspected, Seconds{1})).incidents[0].id;
  CHECK(book.acknowledge(id, "anna", kRound).error().code == ErrorCode::conflict);
}

TEST_CASE("every receiver gets its own page and key, each once", "[incident]") {
  IncidentBook book{settings()};
  const auto check = shop({"pagerduty/shop", "webhook/chat", "pagerduty/shop"});
  const BookRows rows = book.apply(transition(AlertPhase::fires, Seconds{4}, check));
  REQUIRE(rows.outbox.size() == 2);
  CHECK(rows.outbox[0].key != rows.outbox[1].key);
  CHECK(rows.outbox[0].id != rows.outbox[1].id);
  CHECK(book.apply(transition(AlertPhase::clears, minutes{1}, check)).outbox.size() == 2);
}

TEST_CASE("an alert's own receivers go before the check's", "[incident]") {
  IncidentBook book{settings()};
  AlertTransition t = transition(AlertPhase::fires, Seconds{4});
  t.alert.notify = {"webhook/chat"};
  const BookRows rows = book.apply(t);
  REQUIRE(rows.outbox.size() == 1);
  CHECK(rows.outbox[0].receiver == "webhook/chat");
}

TEST_CASE("an incident that stays open is triggered again every hour", "[incident]") {
  IncidentBook book{settings()};
  book.apply(transition(AlertPhase::fires, Seconds{0}));
  CHECK(book.next_due() == kRound + minutes{60});
  CHECK(book.advance(kRound + minutes{59}).outbox.empty());
  const BookRows again = book.advance(kRound + minutes{60});
  REQUIRE(again.outbox.size() == 1);
  CHECK(again.outbox[0].action == OutboxAction::trigger);
  CHECK(again.outbox[0].ordinal == 1);
  CHECK(book.next_due() == kRound + minutes{120});
  const BookRows cleared = book.apply(transition(AlertPhase::clears, minutes{61}));
  CHECK(cleared.outbox.at(0).ordinal == 2);
  CHECK_FALSE(book.next_due().has_value());
}

TEST_CASE("what changes while it is open is on the timeline, not a page", "[incident]") {
  IncidentBook book{settings()};
  book.apply(transition(AlertPhase::fires, Seconds{4}));
  AlertTransition t = transition(AlertPhase::changes, minutes{1});
  t.attribution.status = 502;
  const BookRows rows = book.apply(t);
  CHECK(rows.outbox.empty());
  CHECK(kinds(rows) == Kinds{"changed"});
  CHECK(rows.incidents.at(0).title.find("502") != std::string::npos);
}

TEST_CASE("a receiver added while the incident is open is paged by level", "[incident]") {
  IncidentBook book{settings()};
  book.apply(transition(AlertPhase::fires, Seconds{4}));
  const BookRows rows = book.apply(
      transition(AlertPhase::changes, minutes{1}, shop({"pagerduty/shop", "webhook/chat"})));
  REQUIRE(rows.outbox.size() == 1);
  CHECK(rows.outbox[0].receiver == "webhook/chat");
  CHECK(rows.outbox[0].action == OutboxAction::trigger);
}

TEST_CASE("a restart neither forgets nor repeats", "[incident]") {
  IncidentBook before{settings()};
  BookRows rows = before.apply(transition(AlertPhase::fires, Seconds{4}));
  const BookRows again = before.advance(kRound + minutes{61});
  rows.outbox.insert(rows.outbox.end(), again.outbox.begin(), again.outbox.end());
  OutboxRow stand_in = rows.outbox[0];  // the deliverer's own fallback row
  stand_in.fallback_of = stand_in.id;
  stand_in.receiver = "webhook/chat";
  stand_in.key = DedupKey{"picket:other"};
  rows.outbox.push_back(stand_in);

  BookSettings other = settings();
  other.routes.receivers["pagerduty/shop"] = R"({"kind":"pagerduty","new":true})";
  IncidentBook after{other};
  after.restore(before.unresolved(), rows.outbox, kRound + Seconds{4});
  CHECK(after.apply(transition(AlertPhase::fires, Seconds{4})).outbox.empty());
  CHECK(after.next_due() == kRound + minutes{121});
  const BookRows cleared = after.apply(transition(AlertPhase::clears, minutes{70}));
  REQUIRE(cleared.outbox.size() == 1);
  CHECK(cleared.outbox[0].ordinal == 2);
  CHECK(cleared.outbox[0].key == rows.outbox[0].key);
  // The resolve goes the way the trigger went, whatever the configuration says now.
  CHECK(cleared.outbox[0].route_json == R"({"kind":"pagerduty"})");
}

TEST_CASE("a later episode has its own incident and key", "[incident]") {
  IncidentBook book{settings()};
  const BookRows first = book.apply(transition(AlertPhase::fires, Seconds{4}));
  book.apply(transition(AlertPhase::clears, minutes{1}));
  AlertTransition t = transition(AlertPhase::fires, minutes{2});
  t.opening_round = kRound + Millis{1};
  const BookRows second = book.apply(t);
  CHECK(second.incidents.at(0).id != first.incidents[0].id);
  CHECK(second.outbox.at(0).key != first.outbox[0].key);
  CHECK(second.outbox.at(0).alert_key == first.outbox[0].alert_key);
  CHECK(second.outbox[0].ordinal == 0);
}

TEST_CASE("a blind region is one page to the fleet's receivers", "[incident]") {
  IncidentBook book{settings()};
  FleetTransition t{.subject = "region:eu-1", .alert_id = "blind"};
  t.at = kRound;
  t.opening_round = kRound;
  t.region = RegionName{"eu-1"};
  t.title = "region eu-1 is blind";
  const BookRows rows = book.apply(t);
  REQUIRE(rows.outbox.size() == 1);
  CHECK(rows.outbox[0].receiver == "pagerduty/ops");
  CHECK(rows.outbox[0].severity == Severity::error);
  CHECK(rows.incidents.at(0).subject == "region:eu-1");
  CHECK(json::parse(rows.outbox[0].payload_json).at("summary") == "region eu-1 is blind");
  t.phase = AlertPhase::clears;
  CHECK(book.apply(t).outbox.at(0).action == OutboxAction::resolve);
}

TEST_CASE("rows, ids and keys are the same whenever the same is told", "[incident]") {
  IncidentBook a{settings()};
  IncidentBook b{settings()};
  const BookRows left = a.apply(transition(AlertPhase::fires, Seconds{4}));
  const BookRows right = b.apply(transition(AlertPhase::fires, Seconds{4}));
  CHECK(left.incidents[0].id == right.incidents[0].id);
  CHECK(left.outbox[0].id == right.outbox[0].id);
  CHECK(left.outbox[0].payload_json == right.outbox[0].payload_json);
  BookSettings other = settings();
  other.install_id = "install-2";
  IncidentBook c{other};
  CHECK(c.apply(transition(AlertPhase::fires, Seconds{4})).outbox[0].key != left.outbox[0].key);
}

namespace {

// What the world may see of one key: opens, then resolves, never twice of the same.
struct KeyWatch {
  bool open{false};
  std::uint32_t next{0};
};

struct BookFuzz {
  explicit BookFuzz(std::uint64_t seed) : random(seed), book(settings()) {}

  Random random;
  IncidentBook book;
  std::map<DedupKey, KeyWatch> keys;
  std::map<std::pair<std::string, std::string>, std::set<DedupKey>> open;  // subject/alert, route
  std::vector<OutboxRow> all;
  std::map<std::string, int> firing;  // alert id -> 0 idle, 1 suspected, 2 firing
  std::map<std::string, WallTime> opening;
  WallTime now{kRound};

  void watch(const BookRows& rows) {
    for (const OutboxRow& row : rows.outbox) {
      KeyWatch& key = keys[row.key];
      REQUIRE(row.ordinal == key.next++);
      if (row.action == OutboxAction::trigger)
        key.open = true;
      else
        REQUIRE(key.open);
      if (row.action == OutboxAction::resolve) key.open = false;
      all.push_back(row);
    }
    REQUIRE_FALSE(rows.outbox.size() > 3);
  }

  void step() {
    now = now + Millis{static_cast<std::int64_t>(random.below(1'200'000))};
    const std::string id = random.chance(0.5) ? "down" : "slow";
    int& state = firing[id];
    AlertPhase phase = AlertPhase::fires;
    if (state == 0) phase = random.chance(0.5) ? AlertPhase::suspected : AlertPhase::fires;
    if (state == 1) phase = random.chance(0.3) ? AlertPhase::clears : AlertPhase::fires;
    if (state == 2) phase = random.chance(0.5) ? AlertPhase::clears : AlertPhase::changes;
    if (state == 0) opening[id] = std::max(kRound, opening[id] + Millis{1});
    AlertTransition t = transition(phase, now - kRound);
    t.alert.id = id;
    t.opening_round = opening[id];
    state = phase == AlertPhase::suspected ? 1 : phase == AlertPhase::clears ? 0 : 2;
    watch(book.apply(t));
    if (random.chance(0.2)) watch(book.advance(now));
    if (random.chance(0.2))
      for (const IncidentRow& row : book.unresolved())
        if (auto rows = book.acknowledge(row.id, "x", now)) watch(*rows);
    if (random.chance(0.1)) restart();
    int opened = 0;
    for (const auto& [key, watched] : keys) opened += watched.open ? 1 : 0;
    REQUIRE(opened == (firing["down"] == 2) + (firing["slow"] == 2));
  }

  void restart() {
    IncidentBook next{settings()};
    const auto unresolved = book.unresolved();
    std::vector<OutboxRow> pages;
    for (const OutboxRow& row : all)
      if (std::any_of(unresolved.begin(), unresolved.end(),
                      [&](const IncidentRow& i) { return i.id == row.incident; }))
        pages.push_back(row);
    next.restore(unresolved, pages, now);
    book = std::move(next);
  }
};

}  // namespace

TEST_CASE("whatever happens, one page per alert is open, in order, over restarts",
          "[incident][property]") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    BookFuzz fuzz{seed};
    for (int i = 0; i < 60; ++i) fuzz.step();
  }
}
