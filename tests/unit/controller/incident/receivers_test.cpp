// Who is told in whose place: receivers that are not configured, or not yet.
#include <catch2/catch.hpp>

#include "controller/incident/incident_book.h"

using namespace picket;
using namespace picket::controller;
using Kinds = std::vector<std::string>;

namespace {

const WallTime kRound = *parse_rfc3339("2026-11-23T02:00:00Z");

BookSettings settings() {
  BookSettings s{.install_id = "install-1"};
  for (const char* name : {"pagerduty/shop", "pagerduty/ops"})
    s.routes.receivers[name] = R"({"kind":"pagerduty"})";
  s.routes.default_receiver = "pagerduty/ops";
  return s;
}

AlertTransition news(AlertPhase phase, Millis after,
                     std::vector<std::string> notify = {"pagerduty/shop"}) {
  Check check;
  check.name = CheckName{"shop"};
  check.notify = std::move(notify);
  AlertTransition t{.check = std::make_shared<const Check>(check), .alert = {.id = "down"}};
  t.phase = phase;
  t.at = kRound + after;
  t.opening_round = kRound;
  t.first_bad_run = kRound + Millis{500};
  return t;
}

Kinds kinds(const BookRows& rows) {
  Kinds out;
  for (const TimelineRow& row : rows.timeline) out.push_back(row.kind);
  return out;
}

}  // namespace

TEST_CASE("a receiver that is not configured is replaced by the default, visibly", "[incident]") {
  IncidentBook book{settings()};
  const BookRows rows = book.apply(news(AlertPhase::fires, Seconds{4}, {"pagerduty/nobody"}));
  REQUIRE(rows.outbox.size() == 1);
  CHECK(rows.outbox[0].receiver == "pagerduty/ops");
  CHECK(rows.outbox[0].state == OutboxState::pending);
  CHECK(rows.receivers_missing == 1);
  CHECK(kinds(rows) == Kinds{"first_bad_run", "quorum_reached", "receiver_missing", "paged"});
}

TEST_CASE("without any receiver the page that nobody gets is on record, and sent when one comes",
          "[incident]") {
  BookSettings bare = settings();
  bare.routes = {};
  IncidentBook book{bare};
  const BookRows rows = book.apply(news(AlertPhase::fires, Seconds{4}));
  REQUIRE(rows.outbox.size() == 1);
  CHECK(rows.outbox[0].state == OutboxState::dead);
  CHECK(rows.outbox[0].last_error == "receiver \"pagerduty/shop\" is not configured");
  CHECK(rows.receivers_missing == 1);
  CHECK_FALSE(book.next_due().has_value());
  book.set_routes(settings().routes);
  REQUIRE(book.next_due().has_value());
  const BookRows due = book.advance(kRound + minutes{3});
  REQUIRE(due.outbox.size() == 1);
  CHECK(due.outbox[0].receiver == "pagerduty/shop");
  CHECK(due.outbox[0].action == OutboxAction::trigger);
  CHECK(due.outbox[0].ordinal == 1);
  CHECK(due.outbox[0].key == rows.outbox[0].key);
  CHECK(book.advance(kRound + minutes{4}).outbox.empty());
}

TEST_CASE("a default receiver that comes later takes what its own receiver does not",
          "[incident]") {
  BookSettings bare = settings();
  bare.routes = {};
  IncidentBook book{bare};
  BookRows rows = book.apply(news(AlertPhase::fires, Seconds{4}, {"pagerduty/nobody"}));
  book.set_routes(settings().routes);
  rows.append(book.advance(kRound + minutes{3}));
  REQUIRE(rows.outbox.size() == 3);
  CHECK(rows.outbox[1].receiver == "pagerduty/nobody");  // its record ends
  CHECK(rows.outbox[1].action == OutboxAction::resolve);
  CHECK(rows.outbox[1].state == OutboxState::dead);
  CHECK(rows.outbox[2].receiver == "pagerduty/ops");
  CHECK(rows.outbox[2].action == OutboxAction::trigger);
  CHECK(rows.outbox[2].ordinal == 0);

  const auto ends_with_one = [&](std::vector<IncidentRow> open) {
    IncidentBook after{settings()};
    after.restore(std::move(open), rows.outbox, kRound + minutes{4});
    const BookRows ended = after.apply(news(AlertPhase::clears, minutes{10}));
    return ended.outbox.size() == 1 && ended.outbox[0].receiver == "pagerduty/ops";
  };
  CHECK(ends_with_one(book.unresolved()));
}

TEST_CASE("a page that was taken over does not come back with an incident that a person ended",
          "[incident]") {
  BookSettings bare = settings();
  bare.routes = {};
  IncidentBook book{bare};
  BookRows rows = book.apply(news(AlertPhase::fires, Seconds{4}, {"pagerduty/nobody"}));
  const IncidentId id = rows.incidents.at(0).id;
  book.set_routes(settings().routes);
  rows.append(book.advance(kRound + minutes{3}));
  rows.append(book.resolve(id, {.by = "ann", .then = AfterResolve::page_again}, kRound + minutes{4})
                  .value());
  IncidentBook after{settings()};
  after.restore({rows.incidents.back()}, rows.outbox, kRound + minutes{5});
  const BookRows again = after.advance(kRound + hours{2});
  REQUIRE(again.outbox.size() == 1);
  CHECK(again.outbox[0].receiver == "pagerduty/ops");
}

namespace {

// Two receivers with settings as render_route() makes them: a name, an address, a digest.
BookSettings with_routes(std::map<std::string, std::string> credentials) {
  BookSettings s{.install_id = "install-1"};
  for (const auto& [name, credential] : credentials)
    s.routes.receivers[name] = R"({"kind":"pagerduty","url":"https://p","receiver":")" + name +
                               R"(","credential":")" + credential + "\"}";
  return s;
}

}  // namespace

TEST_CASE("a receiver under another name is not told again", "[incident]") {
  IncidentBook book{with_routes({{"pagerduty/shop", "one"}})};
  REQUIRE(book.apply(news(AlertPhase::fires, Seconds{4})).outbox.size() == 1);
  const std::vector<std::string> renamed{"pagerduty/renamed"};
  SECTION("with the same key") {
    book.set_routes(with_routes({{"pagerduty/renamed", "one"}}).routes);
    CHECK(book.apply(news(AlertPhase::changes, minutes{1}, renamed)).outbox.empty());
    const BookRows ended = book.apply(news(AlertPhase::clears, minutes{9}, renamed));
    REQUIRE(ended.outbox.size() == 1);
    CHECK(ended.outbox[0].receiver == "pagerduty/shop");  // by its own key and name
  }
  SECTION("with another key it is another one") {
    book.set_routes(with_routes({{"pagerduty/renamed", "two"}}).routes);
    CHECK(book.apply(news(AlertPhase::changes, minutes{1}, renamed)).outbox.size() == 1);
  }
  SECTION("while both are configured they are two") {
    book.set_routes(with_routes({{"pagerduty/shop", "one"}, {"pagerduty/renamed", "one"}}).routes);
    CHECK(book.apply(news(AlertPhase::changes, minutes{1}, renamed)).outbox.size() == 1);
  }
}

TEST_CASE("what is kept back goes the way that is in force when it goes out", "[incident]") {
  IncidentBook book{with_routes({{"pagerduty/shop", "old"}})};
  Silence silence;
  silence.id = "s";
  silence.matchers = {*parse_silence_matcher("check=shop")};
  silence.from = kRound - minutes{1};
  silence.until = kRound + hours{1};
  book.set_silence(silence);
  const BookRows held = book.apply(news(AlertPhase::fires, Seconds{4}));
  REQUIRE(held.outbox.size() == 1);
  CHECK(held.outbox[0].state == OutboxState::suppressed);
  SECTION("by the new key") {
    book.set_routes(with_routes({{"pagerduty/shop", "new"}}).routes);
    book.end_silence("s", kRound + minutes{2});
    const BookRows out = book.advance(kRound + minutes{2});
    REQUIRE(out.outbox.size() == 1);
    CHECK(out.outbox[0].route_json.find(R"("credential":"new")") != std::string::npos);
  }
  SECTION("to the default receiver when its own is gone") {
    BookSettings next = with_routes({{"pagerduty/ops", "ops"}});
    next.routes.default_receiver = "pagerduty/ops";
    book.set_routes(next.routes);
    book.advance(kRound + minutes{1});
    book.end_silence("s", kRound + minutes{2});
    const BookRows out = book.advance(kRound + minutes{2});
    REQUIRE(out.outbox.size() == 1);
    CHECK(out.outbox[0].receiver == "pagerduty/ops");
    CHECK(out.outbox[0].state == OutboxState::pending);
  }
  SECTION("to whom it was for when nobody else is there") {
    book.set_routes({});
    book.end_silence("s", kRound + minutes{2});
    const BookRows out = book.advance(kRound + minutes{2});
    REQUIRE(out.outbox.size() == 1);
    CHECK(out.outbox[0].state == OutboxState::pending);
    CHECK(out.outbox[0].receiver == "pagerduty/shop");
  }
}

TEST_CASE("what was kept back before a restart goes the way that is in force after it",
          "[incident]") {
  IncidentBook book{with_routes({{"pagerduty/shop", "old"}})};
  Silence silence;
  silence.id = "s";
  silence.matchers = {*parse_silence_matcher("check=shop")};
  silence.from = kRound - minutes{1};
  silence.until = kRound + hours{1};
  book.set_silence(silence);
  const BookRows held = book.apply(news(AlertPhase::fires, Seconds{4}));
  REQUIRE(held.outbox.at(0).state == OutboxState::suppressed);
  const auto restart = [&](const BookSettings& settings) {
    IncidentBook after{settings};
    after.restore(book.unresolved(), held.outbox, kRound + minutes{2});
    after.set_silence(silence);
    after.advance(kRound + minutes{2});
    after.end_silence("s", kRound + minutes{3});
    return after.advance(kRound + minutes{3}).outbox;
  };
  SECTION("by the new key") {
    const auto out = restart(with_routes({{"pagerduty/shop", "new"}}));
    REQUIRE(out.size() == 1);
    CHECK(out[0].state == OutboxState::pending);
    CHECK(out[0].route_json.find(R"("credential":"new")") != std::string::npos);
  }
  SECTION("to the default receiver when its own is gone") {
    BookSettings next = with_routes({{"pagerduty/ops", "ops"}});
    next.routes.default_receiver = "pagerduty/ops";
    const auto out = restart(next);
    REQUIRE(out.size() == 1);
    CHECK(out[0].receiver == "pagerduty/ops");
    CHECK(out[0].state == OutboxState::pending);
  }
}
