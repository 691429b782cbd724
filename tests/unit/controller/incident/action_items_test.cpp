// At most three per incident, one owner, a deadline; 28 days overdue they page, once.
#include "controller/incident/action_items.h"

#include <catch2/catch.hpp>

#include "controller/incident/incident_book.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kNow = *parse_rfc3339("2026-11-23T02:00:00Z");
const WallTime kDue = kNow + hours{24 * 14};
const WallTime kEscalation = kDue + hours{24 * 28};

ActionItemDraft draft(const std::string& owner = "anna", WallTime due = kDue) {
  return {IncidentId{"01"}, CheckName{"shop"}, owner, "add a circuit breaker", due, "bert"};
}

IncidentBook make_book() {
  BookSettings s{.install_id = "install-1"};
  s.routes.receivers = {{"pagerduty/shop", R"({"kind":"pagerduty"})"},
                        {"pagerduty/ops", R"({"kind":"pagerduty"})"}};
  s.routes.default_receiver = "pagerduty/ops";
  IncidentBook book{s};
  Check check;
  check.name = CheckName{"shop"};
  check.notify = {"pagerduty/shop"};
  book.define(std::make_shared<const Check>(check));
  return book;
}

ErrorCode code_of(const Result<ActionItemRow>& result) {
  REQUIRE_FALSE(result);
  CHECK_FALSE(result.error().hint.empty());
  return result.error().code;
}

}  // namespace

TEST_CASE("a fourth item is refused, also when others are done", "[actions]") {
  ActionItems items;
  std::string last;
  for (int i = 0; i < 3; ++i) last = items.add(draft(), kNow).value().id;
  CHECK(code_of(items.add(draft(), kNow)) == ErrorCode::conflict);
  REQUIRE(items.close({last, ActionState::done, "", "anna"}, kNow));
  CHECK(code_of(items.add(draft(), kNow)) == ErrorCode::conflict);
  ActionItemDraft other = draft();
  other.incident = IncidentId{"02"};
  CHECK(items.add(other, kNow));
  ActionItems restored;
  restored.restore(items.all());
  CHECK(code_of(restored.add(draft(), kNow)) == ErrorCode::conflict);
}

TEST_CASE("an item has a text, one owner and a deadline to come", "[actions]") {
  ActionItems items;
  for (const char* owner : {"", "  ", "anna, bert", "anna and bert", "anna;bert", "anna & bert"})
    CHECK(code_of(items.add(draft(owner), kNow)) == ErrorCode::invalid_argument);
  CHECK(code_of(items.add(draft("anna", kNow), kNow)) == ErrorCode::invalid_argument);
  CHECK(code_of(items.add(draft("anna", kNow - hours{1}), kNow)) == ErrorCode::invalid_argument);
  CHECK(code_of(items.add(draft("anna", kNow + hours{24 * 800}), kNow)) ==
        ErrorCode::invalid_argument);
  ActionItemDraft empty = draft();
  empty.text = "\n";
  CHECK(code_of(items.add(empty, kNow)) == ErrorCode::invalid_argument);
  CHECK(items.all().empty());
  CHECK(items.add(draft("Anna-Lena Sandberg"), kNow));
}

TEST_CASE("an item is closed once, and deprioritised with a reason", "[actions]") {
  ActionItems items;
  const std::string id = items.add(draft(), kNow).value().id;
  CHECK(items.close({"none", ActionState::done, "", "anna"}, kNow).error().code ==
        ErrorCode::not_found);
  CHECK(items.close({id, ActionState::deprioritised, " ", "anna"}, kNow).error().code ==
        ErrorCode::invalid_argument);
  const auto closed = items.close({id, ActionState::deprioritised, "service ends", "anna"}, kNow);
  REQUIRE(closed);
  CHECK(closed->state == ActionState::deprioritised);
  CHECK(closed->reason == "service ends");
  CHECK(closed->closed == kNow);
  CHECK(items.close({id, ActionState::done, "", "anna"}, kNow).error().code == ErrorCode::conflict);
}

TEST_CASE("28 days overdue it pages its check's receivers once, until it is done", "[actions]") {
  IncidentBook book = make_book();
  const auto id = book.add_action_item(draft(), kNow).value().action_items.at(0).id;
  CHECK(book.next_due() == kEscalation);
  CHECK(book.advance(kEscalation - Millis{1}).outbox.empty());
  const BookRows rows = book.advance(kEscalation);
  REQUIRE(rows.outbox.size() == 1);
  CHECK(rows.outbox[0].receiver == "pagerduty/shop");
  CHECK(rows.outbox[0].severity == Severity::warning);
  CHECK(rows.incidents.at(0).subject == "action:" + id);
  CHECK(rows.incidents.at(0).title.find("add a circuit breaker") != std::string::npos);
  CHECK(rows.action_items.at(0).escalated == kEscalation);
  for (int day = 1; day < 60; ++day)
    CHECK(book.advance(kEscalation + hours{24 * day}).outbox.empty());
  const auto done =
      book.close_action_item({id, ActionState::done, "", "anna"}, kEscalation + hours{24 * 60});
  REQUIRE(done);
  REQUIRE(done->outbox.size() == 1);
  CHECK(done->outbox[0].action == OutboxAction::resolve);
  CHECK(book.unresolved().empty());
}

TEST_CASE("closed in time it pages nobody", "[actions]") {
  const auto state = GENERATE(ActionState::done, ActionState::deprioritised);
  IncidentBook book = make_book();
  const auto id = book.add_action_item(draft(), kNow).value().action_items.at(0).id;
  REQUIRE(book.close_action_item({id, state, "not worth it", "anna"}, kDue + hours{24 * 27}));
  CHECK(book.advance(kEscalation + hours{24}).outbox.empty());
  CHECK_FALSE(book.next_due());
}

TEST_CASE("a restart neither forgets nor repeats an escalation", "[actions]") {
  const bool told = GENERATE(false, true);
  IncidentBook before = make_book();
  before.add_action_item(draft(), kNow).value();
  const BookRows rows = told ? before.advance(kEscalation) : BookRows{};
  IncidentBook after = make_book();
  after.restore(rows.incidents, rows.outbox, kEscalation);
  after.restore_action_items(before.action_items().all());
  CHECK(after.advance(kEscalation + hours{1}).outbox.size() == (told ? 0 : 1));
  const auto id = before.action_items().all().at(0).id;
  const auto done = after.close_action_item({id, ActionState::done, "", "anna"}, kEscalation);
  REQUIRE(done);
  CHECK(done->outbox.size() == 1);
}

TEST_CASE("an escalation that a person resolves does not come back", "[actions]") {
  IncidentBook book = make_book();
  book.add_action_item(draft(), kNow).value();
  const auto incident = book.advance(kEscalation).incidents.at(0).id;
  REQUIRE(book.resolve(incident, {"anna", "", {}, {}}, kEscalation + hours{1}));
  CHECK(book.advance(kEscalation + hours{100}).outbox.empty());
  CHECK(book.action_items().all().at(0).state == ActionState::open);
}

TEST_CASE("without its check the item goes to the default receiver", "[actions]") {
  IncidentBook book = make_book();
  book.forget(CheckName{"shop"});
  book.add_action_item(draft(), kNow).value();
  CHECK(book.advance(kEscalation).outbox.at(0).receiver == "pagerduty/ops");
}
