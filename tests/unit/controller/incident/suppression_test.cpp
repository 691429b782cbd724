// What keeps pages back, and that it never keeps back an end (paging.md, 4).
#include <algorithm>
#include <catch2/catch.hpp>

#include "controller/incident/incident_book.h"
#include "controller/incident/silence_row.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kRound = *parse_rfc3339("2026-11-23T02:00:00Z");  // a Monday
using Kinds = std::vector<std::string>;

BookSettings settings() {
  BookSettings s{.install_id = "install-1"};
  s.routes.receivers = {{"pagerduty/shop", R"({"kind":"pagerduty"})"},
                        {"pagerduty/ops", R"({"kind":"pagerduty"})"}};
  s.routes.default_receiver = "pagerduty/ops";
  return s;
}

Check make(const std::string& name) {
  Check check;
  check.name = CheckName{name};
  check.owner = "team-shop";
  check.tags = {"tier-1", "shop"};
  check.labels = {{"zone", "eu"}};
  check.notify = {"pagerduty/shop"};
  return check;
}

AlertTransition transition(const Check& check, AlertPhase phase, Millis after) {
  AlertTransition t{.check = std::make_shared<const Check>(check), .alert = {.id = "down"}};
  t.phase = phase;
  t.at = kRound + after;
  t.opening_round = kRound;
  t.first_bad_run = kRound;
  t.verdict = CheckVerdict::down;
  t.reason = "3 regions fail";
  return t;
}

struct World {
  IncidentBook book{settings()};

  void define(const Check& check) { book.define(std::make_shared<const Check>(check)); }
  BookRows tell(const Check& check, AlertPhase phase, Millis after) {
    return book.apply(transition(check, phase, after));
  }
};

// "trigger pending", "resolve suppressed"
Kinds pages(const BookRows& rows) {
  Kinds out;
  for (const OutboxRow& row : rows.outbox)
    out.push_back(std::string{to_string(row.action)} + " " + std::string{to_string(row.state)});
  return out;
}

Check with_window(Millis duration) {
  Check check = make("shop");
  MaintenanceWindow window;
  window.start_minute = 90;  // 01:30 UTC
  window.duration = duration;
  window.reason = "PSP window";
  check.maintenance = {window};
  return check;
}

Silence silence(const std::string& matcher, Millis from, Millis until) {
  Silence out{"s1", {*parse_silence_matcher(matcher)}, "anna", "known", kRound};
  out.from = kRound + from;
  out.until = kRound + until;
  return out;
}

}  // namespace

TEST_CASE("in a window the page is kept back, and goes out when the window ends",
          "[incident][suppression]") {
  World world;
  const Check check = with_window(hours{1});  // until 02:30
  world.define(check);
  const BookRows fired = world.tell(check, AlertPhase::fires, minutes{5});
  CHECK(pages(fired) == Kinds{"trigger suppressed"});
  CHECK(fired.outbox[0].last_error == "maintenance until 2026-11-23 02:30 UTC: PSP window");
  CHECK(fired.outbox[0].finished.has_value());
  CHECK(fired.timeline.back().kind == "suppressed");
  CHECK(world.book.next_due() == kRound + minutes{30});
  CHECK(world.book.advance(kRound + minutes{29}).outbox.empty());
  const BookRows due = world.book.advance(kRound + minutes{30});
  CHECK(pages(due) == Kinds{"trigger pending"});
  CHECK(due.outbox[0].ordinal == 1);
  CHECK(due.outbox[0].key == fired.outbox[0].key);
  CHECK(pages(world.tell(check, AlertPhase::clears, minutes{40})) == Kinds{"resolve pending"});
}

TEST_CASE("what recovers within its window was never sent", "[incident][suppression]") {
  World world;
  const Check check = with_window(hours{1});
  world.define(check);
  world.tell(check, AlertPhase::fires, minutes{5});
  const BookRows acked =
      *world.book.acknowledge(world.book.unresolved().at(0).id, "anna", kRound + minutes{6});
  CHECK(acked.outbox.empty());
  CHECK(pages(world.tell(check, AlertPhase::clears, minutes{10})) == Kinds{"resolve suppressed"});
}

TEST_CASE("what was sent is resolved whatever holds by then", "[incident][suppression]") {
  World world;
  const Check check = make("shop");
  world.define(check);
  CHECK(pages(world.tell(check, AlertPhase::fires, minutes{1})) == Kinds{"trigger pending"});
  world.book.set_silence(silence("check=shop", minutes{2}, hours{5}));
  Check shadow = check;
  shadow.shadow = true;
  world.define(shadow);
  CHECK(pages(world.tell(check, AlertPhase::clears, minutes{10})) == Kinds{"resolve pending"});
}

TEST_CASE("a silence keeps the hourly reminder back, without a busy loop",
          "[incident][suppression]") {
  World world;
  const Check check = make("shop");
  world.define(check);
  world.tell(check, AlertPhase::fires, minutes{0});
  world.book.set_silence(silence("owner=team-shop", minutes{2}, hours{3}));
  CHECK(world.book.advance(kRound + minutes{60}).outbox.empty());
  CHECK(world.book.next_due() == kRound + hours{3});
  CHECK(pages(world.book.advance(kRound + hours{3})) == Kinds{"trigger pending"});
}

TEST_CASE("what held a reminder back ends before its time: the reminder is due then",
          "[incident][suppression]") {
  const std::string by = GENERATE("hand", "another silence", "a definition");
  World world;
  Check check = make("shop");
  world.define(check);
  world.tell(check, AlertPhase::fires, minutes{0});
  if (by == "a definition") {
    Check busy = with_window(hours{10});  // until 11:30
    world.define(busy);
  } else {
    world.book.set_silence(silence("check=shop", minutes{2}, hours{24}));
  }
  CHECK(world.book.advance(kRound + minutes{60}).outbox.empty());
  CHECK(world.book.next_due() > kRound + hours{9});
  if (by == "hand") CHECK(world.book.end_silence("s1", kRound + minutes{81}));
  if (by == "another silence") world.book.set_silence(silence("check=cart", minutes{0}, hours{24}));
  if (by == "a definition") world.define(check);
  CHECK(pages(world.book.advance(kRound + minutes{81})) == Kinds{"trigger pending"});
  CHECK(world.book.next_due() == kRound + minutes{141});
}

TEST_CASE("a definition or silence that holds nothing back moves no reminder",
          "[incident][suppression]") {
  World world;
  const Check check = make("shop");
  world.define(check);
  world.tell(check, AlertPhase::fires, minutes{0});
  world.book.set_silence(silence("check=shop", minutes{2}, hours{3}));
  CHECK(world.book.advance(kRound + minutes{60}).outbox.empty());
  world.define(check);
  CHECK(world.book.advance(kRound + minutes{61}).outbox.empty());
  CHECK(world.book.next_due() == kRound + hours{3});
  Silence other = silence("check=cart", minutes{0}, hours{1});
  other.id = "s2";
  world.book.set_silence(other);
  CHECK(world.book.advance(kRound + minutes{62}).outbox.empty());
  CHECK(pages(world.book.advance(kRound + hours{3})) == Kinds{"trigger pending"});
}

TEST_CASE("a shadow check pages nobody until it is promoted", "[incident][suppression]") {
  World world;
  Check check = make("shop");
  check.shadow = true;
  world.define(check);
  CHECK(pages(world.tell(check, AlertPhase::fires, minutes{1})) == Kinds{"trigger suppressed"});
  CHECK_FALSE(world.book.next_due().has_value());
  check.shadow = false;
  world.define(check);
  CHECK(pages(world.book.advance(kRound + minutes{9})) == Kinds{"trigger pending"});
}

TEST_CASE("a paused check pages nobody, and is told after the pause once runs can say so",
          "[incident][suppression]") {
  const bool planned = GENERATE(false, true);  // its end
  World world;
  Check check = make("shop");
  world.define(check);
  world.tell(check, AlertPhase::fires, minutes{0});
  Check paused = check;
  paused.paused = Paused{std::nullopt, "migration"};
  if (planned) paused.paused->until = kRound + hours{72};
  world.book.define(std::make_shared<const Check>(paused), kRound + minutes{10});
  CHECK(world.book.would_keep_back(world.book.unresolved().at(0), kRound + hours{5}) ==
        "paused: migration");
  for (Millis after = hours{1}; after < hours{72}; after += hours{1})
    CHECK(world.book.advance(kRound + after).outbox.empty());
  if (!planned) world.book.define(std::make_shared<const Check>(check), kRound + hours{72});
  const Millis patience = 2 * check.interval + check.timeout;
  CHECK(world.book.advance(kRound + hours{72}).outbox.empty());
  CHECK(world.book.next_due() == kRound + hours{72} + patience);
  SECTION("it has recovered meanwhile") {
    CHECK(pages(world.tell(check, AlertPhase::clears, hours{72} + minutes{2})) ==
          Kinds{"resolve pending"});
  }
  SECTION("it goes on") {
    CHECK(pages(world.book.advance(kRound + hours{72} + patience)) == Kinds{"trigger pending"});
  }
}

TEST_CASE("what opens after a pause is paged at once", "[incident][suppression]") {
  World world;
  Check check = make("shop");
  check.paused = Paused{kRound + minutes{1}, "migration"};
  world.define(check);
  CHECK(pages(world.tell(check, AlertPhase::fires, minutes{2})) == Kinds{"trigger pending"});
}

TEST_CASE("a silence ends by hand, and by itself", "[incident][suppression]") {
  for (const bool by_hand : {true, false}) {
    World world;
    const Check check = make("shop");
    world.define(check);
    world.book.set_silence(silence("tag=tier-1", minutes{0}, hours{1}));
    CHECK(world.book.silences(kRound).size() == 1);
    CHECK(pages(world.tell(check, AlertPhase::fires, minutes{1})) == Kinds{"trigger suppressed"});
    if (by_hand) CHECK(world.book.end_silence("s1", kRound + minutes{5}));
    CHECK_FALSE(world.book.end_silence("none", kRound));
    const Millis after = by_hand ? Millis{minutes{5}} : Millis{hours{1}};
    CHECK(pages(world.book.advance(kRound + after)) == Kinds{"trigger pending"});
    CHECK(world.book.silences(kRound + after).empty());
  }
}

TEST_CASE("a dependent check does not page while what it depends on is down",
          "[incident][suppression]") {
  World world;
  const Check idp = make("sso-login");
  Check shop = make("shop");
  shop.depends_on = {idp.name};
  world.define(idp);
  world.define(shop);
  world.tell(idp, AlertPhase::fires, minutes{1});
  const BookRows fired = world.tell(shop, AlertPhase::fires, minutes{2});
  CHECK(pages(fired) == Kinds{"trigger suppressed"});
  CHECK(fired.outbox[0].last_error.find("depends on sso-login, which is down") == 0);
  const bool said = std::any_of(fired.timeline.begin(), fired.timeline.end(), [](const auto& row) {
    return row.kind == "explains" && row.text.find("check:shop") != std::string::npos;
  });
  CHECK(said);  // in the incident of the dependency too
  CHECK(world.book.advance(kRound + minutes{9}).outbox.empty());
  world.tell(idp, AlertPhase::clears, minutes{10});
  CHECK(world.book.advance(kRound + minutes{10}).outbox.empty());
  CHECK(world.book.next_due() == kRound + minutes{12});
  SECTION("it goes on by itself") {
    CHECK(pages(world.book.advance(kRound + minutes{12})) == Kinds{"trigger pending"});
  }
  SECTION("it recovers a minute after what it depends on") {
    CHECK(pages(world.tell(shop, AlertPhase::clears, minutes{11})) == Kinds{"resolve suppressed"});
  }
}

TEST_CASE("a restart gives dependents as long again", "[incident][suppression]") {
  World before;
  const Check idp = make("sso-login");
  Check shop = make("shop");
  shop.depends_on = {idp.name};
  before.define(idp);
  before.define(shop);
  before.tell(idp, AlertPhase::fires, minutes{1});
  const BookRows rows = before.tell(shop, AlertPhase::fires, minutes{2});
  before.tell(idp, AlertPhase::clears, minutes{10});
  World after;
  after.book.restore(before.book.unresolved(), rows.outbox, kRound + minutes{11});
  after.define(idp);
  after.define(shop);
  CHECK(after.book.advance(kRound + minutes{11}).outbox.empty());
  CHECK(after.book.next_due() == kRound + minutes{13});
  CHECK(pages(after.book.advance(kRound + minutes{13})) == Kinds{"trigger pending"});
}

TEST_CASE("a dependency that is only suspected is waited for, a minute at most",
          "[incident][suppression]") {
  World world;
  const Check idp = make("sso-login");
  Check shop = make("shop");
  shop.depends_on = {idp.name};
  world.define(idp);
  world.define(shop);
  world.tell(idp, AlertPhase::suspected, Seconds{5});
  CHECK(pages(world.tell(shop, AlertPhase::fires, Seconds{10})) == Kinds{"trigger suppressed"});
  CHECK(world.book.next_due() == kRound + Seconds{70});
  CHECK(pages(world.book.advance(kRound + Seconds{70})) == Kinds{"trigger pending"});
}

TEST_CASE("a restart keeps back what was kept back, and sends what is due",
          "[incident][suppression]") {
  World before;
  const Check check = with_window(hours{1});
  before.define(check);
  const BookRows rows = before.tell(check, AlertPhase::fires, minutes{5});
  World after;
  after.define(check);
  after.book.restore(before.book.unresolved(), rows.outbox, kRound + minutes{5});
  CHECK(after.book.advance(kRound + minutes{10}).outbox.empty());
  const BookRows due = after.book.advance(kRound + minutes{31});
  CHECK(pages(due) == Kinds{"trigger pending"});
  CHECK(due.outbox.at(0).ordinal == 1);
  CHECK(due.outbox.at(0).key == rows.outbox.at(0).key);
}

TEST_CASE("a page goes out when its silence is replaced by one about something else",
          "[incident][suppression]") {
  World world;
  const Check check = make("shop");
  world.define(check);
  world.book.set_silence(silence("check=shop", minutes{0}, hours{1}));
  CHECK(pages(world.tell(check, AlertPhase::fires, minutes{1})) == Kinds{"trigger suppressed"});
  world.book.set_silence(silence("check=cart", minutes{0}, hours{1}));
  REQUIRE(world.book.next_due().has_value());
  CHECK(pages(world.book.advance(kRound + minutes{2})) == Kinds{"trigger pending"});
}

TEST_CASE("a silence as a row of the store", "[incident][suppression]") {
  Silence made = silence("check=~shop-.*", minutes{0}, hours{1});
  made.matchers.push_back(*parse_silence_matcher("tag!=tier-3"));
  CHECK(silence_of(row_of(made)) == made);
  SilenceRow damaged = row_of(made);
  damaged.matchers = "no comparison";
  CHECK_FALSE(silence_of(damaged));
}
