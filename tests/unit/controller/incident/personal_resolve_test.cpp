// A person ends an incident while its check still fails (docs/reference/incidents.md): paged again
// or held, never silent by accident, never two open at PagerDuty, and the same over a restart.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "common/core/random.h"
#include "controller/incident/incident_book.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kRound = *parse_rfc3339("2026-11-23T02:00:00Z");
using Words = std::vector<std::string>;

BookSettings settings(AfterResolve then = AfterResolve::page_again) {
  BookSettings s{.install_id = "install-1"};
  s.routes.receivers = {{"pagerduty/shop", R"({"kind":"pagerduty"})"},
                        {"webhook/chat", R"({"kind":"webhook"})"},
                        {"pagerduty/boss", R"({"kind":"pagerduty"})"}};
  s.routes.default_receiver = "pagerduty/shop";
  s.after_manual_resolve.then = then;
  return s;
}

AlertTransition transition(AlertPhase phase, Millis after, Millis episode = Millis{0},
                           const std::string& name = "shop") {
  Check check;
  check.name = CheckName{name};
  check.notify = {"pagerduty/shop", "webhook/chat"};
  AlertTransition t{.check = std::make_shared<const Check>(check), .alert = {.id = "down"}};
  t.phase = phase;
  t.at = kRound + after;
  t.opening_round = kRound + episode;
  t.first_bad_run = kRound + episode;
  t.verdict = CheckVerdict::down;
  t.reason = "3 regions fail";
  return t;
}

// Keeps every row, as the store would, and what PagerDuty would show of them.
struct World {
  explicit World(BookSettings given = settings()) : own(given), book(given) {}

  BookRows keep(BookRows rows) {
    for (const IncidentRow& row : rows.incidents) stored[row.id] = row;
    outbox.insert(outbox.end(), rows.outbox.begin(), rows.outbox.end());
    return rows;
  }
  BookRows tell(AlertPhase phase, Millis after, Millis episode = Millis{0}) {
    return keep(book.apply(transition(phase, after, episode)));
  }
  BookRows wait(Millis until) { return keep(book.advance(kRound + until)); }
  Result<BookRows> resolve(Millis after, std::optional<AfterResolve> then = std::nullopt,
                           DedupKey outside = {}) {
    auto rows = book.resolve(stored.rbegin()->first, {"anna", "", then, outside}, kRound + after);
    if (rows) keep(*rows);
    return rows;
  }
  void restart() {
    IncidentBook next{own};
    std::vector<IncidentRow> open;
    for (const auto& [id, row] : stored)
      if (row.state != IncidentState::resolved || row.after_resolve != AfterResolve::none)
        open.push_back(row);
    next.restore(open, outbox, kRound);
    book = std::move(next);
  }
  // Keys that PagerDuty would have open: the last word of each key counts.
  std::set<std::string> open_at(const std::string& receiver) const {
    std::set<std::string> open;
    for (const OutboxRow& row : outbox) {
      if (row.receiver != receiver || row.state == OutboxState::suppressed) continue;
      if (row.action == OutboxAction::trigger) open.insert(row.key.value);
      if (row.action == OutboxAction::resolve) open.erase(row.key.value);
    }
    return open;
  }

  BookSettings own;
  IncidentBook book;
  std::map<IncidentId, IncidentRow> stored;
  std::vector<OutboxRow> outbox;
};

Words words(const BookRows& rows) {
  Words out;
  for (const OutboxRow& row : rows.outbox)
    out.push_back(std::string{to_string(row.action)} + " " + row.receiver);
  return out;
}

Words kinds(const BookRows& rows) {
  Words out;
  for (const TimelineRow& row : rows.timeline) out.push_back(row.kind);
  return out;
}

const Words kBothTriggers{"trigger pagerduty/shop", "trigger webhook/chat"};
const Words kBothResolves{"resolve pagerduty/shop", "resolve webhook/chat"};

}  // namespace

TEST_CASE("a resolve by hand resolves the pages, and the grace pages again under new keys",
          "[incident]") {
  World world;
  const auto key = world.tell(AlertPhase::fires, Seconds{4}).outbox.at(0).key;
  const auto ended = world.resolve(minutes{2});
  REQUIRE(ended);
  CHECK(words(*ended) == kBothResolves);
  CHECK(ended->incidents.at(0).state == IncidentState::resolved);
  CHECK(ended->incidents.at(0).resolved_by == "anna");
  CHECK(ended->incidents.at(0).page_again == kRound + minutes{7});
  CHECK(world.book.unresolved().empty());
  CHECK(world.book.next_due() == kRound + minutes{7});
  CHECK(world.wait(minutes{7} - Millis{1}).outbox.empty());
  const BookRows again = world.wait(minutes{7});
  CHECK(words(again) == kBothTriggers);
  CHECK(kinds(again) == Words{"reopened", "paged", "paged"});
  CHECK(again.outbox.at(0).key != key);
  CHECK(again.outbox.at(0).ordinal == 0);
  CHECK(again.outbox.at(0).payload_json.find("resolved by anna") != std::string::npos);
  REQUIRE(again.incidents.size() == 1);
  CHECK(again.incidents[0].state == IncidentState::open);
  CHECK_FALSE(again.incidents[0].resolved);
  CHECK(again.incidents[0].reopened == 1);
  CHECK(world.open_at("pagerduty/shop").size() == 1);
  const BookRows over = world.tell(AlertPhase::clears, minutes{9});
  CHECK(words(over) == kBothResolves);
  CHECK(over.outbox.at(0).key == again.outbox.at(0).key);
  CHECK(world.open_at("pagerduty/shop").empty());
}

TEST_CASE("a recovery within the grace ends it: nothing more is sent", "[incident]") {
  World world;
  world.tell(AlertPhase::fires, Seconds{4});
  REQUIRE(world.resolve(minutes{2}));
  const BookRows over = world.tell(AlertPhase::clears, minutes{4});
  CHECK(over.outbox.empty());
  CHECK(kinds(over) == Words{"recovered"});
  CHECK(over.incidents.at(0).state == IncidentState::resolved);
  CHECK(over.incidents.at(0).resolved == kRound + minutes{2});
  CHECK(over.incidents.at(0).recovered == kRound + minutes{4});
  CHECK(world.wait(hours{5}).outbox.empty());
  CHECK_FALSE(world.book.next_due());
  // The next episode is a page of its own.
  CHECK(words(world.tell(AlertPhase::fires, hours{6}, hours{6})) == kBothTriggers);
}

TEST_CASE("held, it stays quiet until the check recovers once; then it may page anew",
          "[incident]") {
  World world{settings(AfterResolve::hold)};
  world.tell(AlertPhase::fires, Seconds{4});
  const auto ended = world.resolve(minutes{2});
  REQUIRE(ended);
  CHECK_FALSE(ended->incidents.at(0).page_again);
  for (int hour = 1; hour < 9; ++hour) CHECK(world.wait(hours{hour}).outbox.empty());
  CHECK(world.tell(AlertPhase::changes, hours{9}).outbox.empty());
  CHECK(world.tell(AlertPhase::fires, hours{10}).outbox.empty());
  const BookRows next = world.tell(AlertPhase::fires, hours{11}, hours{11});
  CHECK(words(next) == kBothTriggers);
  CHECK(kinds(next).front() == "recovered");
  CHECK(world.open_at("pagerduty/shop").size() == 1);
}

TEST_CASE("what follows can be changed while it is held, and only then", "[incident]") {
  World world;
  world.tell(AlertPhase::fires, Seconds{4});
  REQUIRE(world.resolve(minutes{1}));
  CHECK(world.resolve(minutes{2}).error().code == ErrorCode::conflict);
  const auto held = world.resolve(minutes{2}, AfterResolve::hold);
  REQUIRE(held);
  CHECK(held->outbox.empty());
  CHECK(world.wait(hours{3}).outbox.empty());
  REQUIRE(world.resolve(hours{3}, AfterResolve::page_again));
  CHECK(world.book.next_due() == kRound + hours{3} + minutes{5});
  CHECK(words(world.wait(hours{3} + minutes{5})) == kBothTriggers);
}

TEST_CASE("a held incident is not acknowledged, a suspicion not resolved, an unknown one not found",
          "[incident]") {
  World world;
  world.tell(AlertPhase::suspected, Seconds{1});
  CHECK(world.resolve(Seconds{2}).error().code == ErrorCode::conflict);
  world.tell(AlertPhase::fires, Seconds{4});
  REQUIRE(world.resolve(minutes{1}));
  const IncidentId id = world.stored.begin()->first;
  CHECK(world.book.acknowledge(id, "bert", kRound).error().code == ErrorCode::not_found);
  CHECK(world.book.resolve(IncidentId{"none"}, {"anna", "", {}, {}}, kRound).error().code ==
        ErrorCode::not_found);
  world.tell(AlertPhase::clears, minutes{2});
  CHECK(world.resolve(minutes{3}).error().code == ErrorCode::not_found);
}

TEST_CASE("who resolved at the receiver is not told of it; the others are", "[incident]") {
  World world;
  const auto fired = world.tell(AlertPhase::fires, Seconds{4});
  const DedupKey key = fired.outbox.at(0).key;
  CHECK(world.book.incident_of(key) == fired.incidents.at(0).id);
  CHECK_FALSE(world.book.incident_of(DedupKey{"picket:none"}));
  const auto ended = world.resolve(minutes{1}, std::nullopt, key);
  REQUIRE(ended);
  CHECK(ended->outbox.at(0).state == OutboxState::suppressed);
  CHECK(ended->outbox.at(0).finished == kRound + minutes{1});
  CHECK(ended->outbox.at(1).state == OutboxState::pending);
  // The webhook comes twice.
  const auto echo = world.resolve(minutes{1}, std::nullopt, key);
  REQUIRE(echo);
  CHECK(echo->outbox.empty());
  CHECK(echo->incidents.empty());
  CHECK(words(world.wait(minutes{6})) == kBothTriggers);
  CHECK_FALSE(world.book.incident_of(key));  // that one is over
}

TEST_CASE("what a receiver closes by itself is told there again, and nowhere else", "[incident]") {
  World world{settings(AfterResolve::hold)};
  const DedupKey key = world.tell(AlertPhase::fires, Seconds{0}).outbox.at(0).key;
  const auto close = [&](Millis after) {
    return world.book.close_outside(key, "PagerDuty", kRound + after);
  };
  const std::string said = close(minutes{40})->timeline.at(0).text;
  CHECK(said == "PagerDuty: closed there, by no person, but it still fails: told again");
  const BookRows again = world.wait(minutes{40});
  CHECK(words(again) == Words{"trigger pagerduty/shop"});
  CHECK(again.outbox.at(0).key == key);
  REQUIRE(close(minutes{40}));  // a rule there that closes each at once makes no race
  CHECK(world.wait(minutes{44}).outbox.empty());
  CHECK(words(world.wait(minutes{45})) == Words{"trigger pagerduty/shop"});
  REQUIRE(world.resolve(minutes{46}));
  CHECK(close(minutes{46}).error().code == ErrorCode::not_found);  // the echo of that
}

TEST_CASE("an acknowledge at the receiver is told to the other receivers only", "[incident]") {
  World world;
  const auto fired = world.tell(AlertPhase::fires, Seconds{4});
  const auto rows = world.book.acknowledge(fired.incidents.at(0).id, "anna", kRound + minutes{1},
                                           fired.outbox.at(0).key);
  REQUIRE(rows);
  CHECK(rows->outbox.at(0).state == OutboxState::suppressed);
  CHECK(rows->outbox.at(1).state == OutboxState::pending);
}

TEST_CASE("a restart keeps what a person decided", "[incident]") {
  const auto then = GENERATE(AfterResolve::page_again, AfterResolve::hold);
  World world{settings(then)};
  world.tell(AlertPhase::fires, Seconds{4});
  REQUIRE(world.resolve(minutes{2}));
  world.restart();
  CHECK(world.book.unresolved().empty());
  const BookRows later = world.wait(minutes{90});
  if (then == AfterResolve::hold) {
    CHECK(later.outbox.empty());
    CHECK(kinds(world.tell(AlertPhase::clears, hours{2})) == Words{"recovered"});
    return;
  }
  CHECK(words(later) == kBothTriggers);
  world.restart();
  CHECK(world.wait(minutes{91}).outbox.empty());  // told already
  const auto id = world.stored.begin()->first;
  const auto acked = world.book.acknowledge(id, "bert", kRound + minutes{92});
  REQUIRE(acked);
  REQUIRE(acked->outbox.size() == 2);  // of the new keys only
  CHECK(acked->outbox.at(0).key == later.outbox.at(0).key);
  CHECK(acked->outbox.at(0).ordinal == 1);
  const BookRows over = world.tell(AlertPhase::clears, hours{2});
  CHECK(over.outbox.size() == 2);
}

TEST_CASE("maintenance that holds when the grace ends keeps the new page back until it ends",
          "[incident]") {
  World world;
  world.tell(AlertPhase::fires, Seconds{4});
  REQUIRE(world.resolve(minutes{2}));
  Silence silence{"s1",
                  {*parse_silence_matcher("check=shop")},
                  "bert",
                  "known",
                  kRound,
                  kRound,
                  kRound + minutes{20}};
  world.book.set_silence(silence);
  const BookRows again = world.wait(minutes{7});
  REQUIRE(again.outbox.size() == 2);
  CHECK(again.outbox.at(0).state == OutboxState::suppressed);
  CHECK(world.open_at("pagerduty/shop").empty());
  CHECK(words(world.wait(minutes{20})) == kBothTriggers);
  CHECK(world.open_at("pagerduty/shop").size() == 1);
}

TEST_CASE("who was told because nobody acknowledged is not told at once when it pages again",
          "[incident]") {
  BookSettings escalating = settings();
  escalating.routes.escalations["pagerduty/shop"] = {minutes{15}, "pagerduty/boss"};
  World world{escalating};
  world.tell(AlertPhase::fires, Seconds{0});
  CHECK(words(world.wait(minutes{15})) == Words{"trigger pagerduty/boss"});
  // One more region fails: another payload.
  if (GENERATE(false, true)) world.tell(AlertPhase::changes, minutes{16});
  const auto ended = world.resolve(minutes{20});
  REQUIRE(ended);
  CHECK(ended->outbox.size() == 3);
  if (GENERATE(false, true)) world.restart();
  CHECK(words(world.wait(minutes{25})) == kBothTriggers);
  CHECK(words(world.wait(minutes{40})) == Words{"trigger pagerduty/boss"});
  CHECK(world.tell(AlertPhase::clears, minutes{41}).outbox.size() == 3);
  for (const auto& [name, route] : escalating.routes.receivers) CHECK(world.open_at(name).empty());
}

TEST_CASE("what depends on a held incident stays explained until the check recovers",
          "[incident]") {
  World world{settings(AfterResolve::hold)};
  Check child;
  child.name = CheckName{"child"};
  child.depends_on = {CheckName{"shop"}};
  child.notify = {"webhook/chat"};
  world.book.define(std::make_shared<const Check>(child));
  world.tell(AlertPhase::fires, Seconds{4});
  AlertTransition t = transition(AlertPhase::fires, Seconds{9}, Millis{0}, "child");
  t.check = std::make_shared<const Check>(child);
  CHECK(world.book.apply(t).outbox.at(0).state == OutboxState::suppressed);
  REQUIRE(
      world.book.resolve(world.stored.begin()->first, {"anna", "", {}, {}}, kRound + minutes{2}));
  CHECK(world.book.advance(kRound + minutes{30}).outbox.empty());
  world.book.apply(transition(AlertPhase::clears, minutes{40}));
  CHECK(words(world.book.advance(kRound + minutes{42})) == Words{"trigger webhook/chat"});
}

TEST_CASE("hourly reminders keep their hours over a restart, also of a page kept back then",
          "[incident]") {
  const bool restarts = GENERATE(false, true);
  World world;
  world.tell(AlertPhase::fires, Seconds{0});
  Check base;
  base.name = CheckName{"base"};
  Check shop;
  shop.name = CheckName{"shop"};
  shop.depends_on = {base.name};
  const auto define = [&] {
    world.book.define(std::make_shared<const Check>(base));
    world.book.define(std::make_shared<const Check>(shop));
  };
  define();
  world.keep(world.book.apply(transition(AlertPhase::fires, minutes{50}, minutes{50}, "base")));
  CHECK(world.wait(minutes{60}).outbox.empty());  // the dependency is down
  if (restarts) {
    world.restart();
    define();
  }
  CHECK(world.wait(minutes{90}).outbox.empty());
  world.keep(world.book.apply(transition(AlertPhase::clears, minutes{100}, minutes{50}, "base")));
  CHECK(world.wait(minutes{119}).outbox.empty());
  CHECK(words(world.wait(minutes{120})) == kBothTriggers);
}

TEST_CASE("any order of firing, resolving, restarts and recoveries leaves what is owed",
          "[incident]") {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random{seed};
    World world{settings(random.below(2) == 0 ? AfterResolve::hold : AfterResolve::page_again)};
    Millis now{0};
    Millis episode{0};
    bool fails = false;
    std::optional<Millis> quiet_until;  // by a person's word; the far future: held
    INFO("seed " << seed);
    for (int step = 0; step < 40; ++step) {
      now += Seconds{30 + static_cast<int>(random.below(400))};
      world.wait(now);
      if (quiet_until && now >= *quiet_until) quiet_until.reset();
      switch (random.below(5)) {
        case 0:
          if (!fails) world.tell(AlertPhase::fires, now, episode = now);
          fails = true;
          break;
        case 1:
          if (fails) world.tell(AlertPhase::clears, now, episode);
          fails = false;
          quiet_until.reset();
          break;
        case 2:
          if (!fails || quiet_until) break;
          REQUIRE(world.resolve(now));
          quiet_until = world.own.after_manual_resolve.then == AfterResolve::hold
                            ? Millis{hours{10'000}}
                            : now + minutes{5};
          break;
        case 3: world.restart(); break;
        default: break;
      }
      world.wait(now);
      const std::size_t owed = fails && !quiet_until ? 1 : 0;
      REQUIRE(world.open_at("pagerduty/shop").size() == owed);
      REQUIRE(world.open_at("webhook/chat").size() == owed);
    }
  }
}
