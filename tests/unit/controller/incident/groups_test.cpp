// Incidents that belong together: common causes and storms (paging.md, 3 and 6).
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "controller/incident/causes.h"
#include "controller/incident/incident_book.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kRound = *parse_rfc3339("2026-11-23T02:00:00Z");
using Kinds = std::vector<std::string>;

BookSettings settings() {
  BookSettings s{.install_id = "install-1"};
  for (const char* name : {"pagerduty/shop", "pagerduty/web", "pagerduty/ops"})
    s.routes.receivers[name] = R"({"kind":"pagerduty"})";
  s.routes.default_receiver = "pagerduty/ops";
  return s;
}

Check make(const std::string& name, const std::string& host,
           const std::string& receiver = "pagerduty/shop") {
  Check check;
  check.name = CheckName{name};
  check.notify = {receiver};
  Step step;
  step.name = "http";
  HttpAction action;
  action.url = "https://" + host + "/x";
  step.action = action;
  check.steps = {step};
  return check;
}

struct World {
  IncidentBook book{settings()};
  WallTime now{kRound};

  AlertTransition transition(const Check& check, AlertPhase phase, Severity severity) const {
    AlertTransition t{.check = std::make_shared<const Check>(check), .alert = {.id = "down"}};
    t.alert.severity = severity;
    t.phase = phase;
    t.at = now;
    t.opening_round = kRound;
    t.first_bad_run = kRound;
    t.attribution.step = "http";
    return t;
  }
  BookRows fire(const Check& check, Severity severity = Severity::critical) {
    return book.apply(transition(check, AlertPhase::fires, severity));
  }
  BookRows clear(const Check& check, Severity severity = Severity::critical) {
    return book.apply(transition(check, AlertPhase::clears, severity));
  }
  BookRows wait(Millis span) {
    now = now + span;
    return book.advance(now);
  }
};

Kinds pages(const BookRows& rows) {
  Kinds out;
  for (const OutboxRow& row : rows.outbox)
    out.push_back(
        fmt::format("{} {} {}", to_string(row.action), row.receiver, to_string(row.state)));
  return out;
}

std::size_t count(const BookRows& rows, OutboxState state) {
  return static_cast<std::size_t>(
      std::count_if(rows.outbox.begin(), rows.outbox.end(),
                    [&](const OutboxRow& row) { return row.state == state; }));
}

}  // namespace

TEST_CASE("causes are the host that is asked and the address that answers", "[incident][cause]") {
  const World world;
  AlertTransition t =
      world.transition(make("a", "id.example.com"), AlertPhase::fires, Severity::critical);
  t.attribution.shared = {{Dimension::certificate, "CN=id, O=Example (sha256 ab)", 3, 0, true},
                          {Dimension::origin, "id.example.com", 3, 3, true},
                          {Dimension::origin, "merely.shared.example"},
                          {Dimension::origin, "js.example", 3, 0, true},
                          {Dimension::address, "203.0.113.7:443", 3, 3, true},
                          {Dimension::address, "203.0.113.8:443"},
                          {Dimension::pop, "FRA"}};
  const auto causes = causes_of(t);
  CHECK(causes == std::vector<std::string>{"host id.example.com",
                                           "certificate CN=id,O=Example (sha256 ab)",
                                           "host js.example", "address 203.0.113.7:443"});
  CHECK(split_causes(join_causes(causes)) == causes);
  CHECK(shared_cause("host a, address b", "host c, address b") == "address b");
  CHECK(shared_cause("host a", "host c").empty());
  t.alert.condition = AlertCondition::degraded;
  CHECK(causes_of(t).empty());
}

TEST_CASE("the first check of a cause pages, the others join it", "[incident][cause]") {
  World world;
  const BookRows first = world.fire(make("login", "id.example.com"));
  CHECK(pages(first) == Kinds{"trigger pagerduty/shop pending"});
  world.now = world.now + Seconds{40};
  const BookRows second = world.fire(make("account", "id.example.com"));
  CHECK(pages(second) == Kinds{"trigger pagerduty/shop suppressed"});
  CHECK(second.incidents.back().parent == first.incidents.back().id);
  CHECK(second.outbox[0].last_error.find("same cause as incident") == 0);
  // Another owner is told once, not for each check.
  const BookRows other = world.fire(make("blog", "id.example.com", "pagerduty/web"));
  CHECK(pages(other) == Kinds{"trigger pagerduty/web pending"});
  const BookRows again = world.fire(make("news", "id.example.com", "pagerduty/web"));
  CHECK(pages(again) == Kinds{"trigger pagerduty/web suppressed"});
  // Another host has nothing to do with it.
  CHECK(pages(world.fire(make("shop", "shop.example.com"))) ==
        Kinds{"trigger pagerduty/shop pending"});
}

TEST_CASE("a member that still fails when its parent resolves pages itself", "[incident][cause]") {
  World world;
  world.fire(make("login", "id.example.com"));
  world.fire(make("account", "id.example.com"));
  world.fire(make("settings", "id.example.com"));
  CHECK(pages(world.clear(make("settings", "id.example.com"))) ==
        Kinds{"resolve pagerduty/shop suppressed"});
  CHECK(pages(world.clear(make("login", "id.example.com"))) ==
        Kinds{"resolve pagerduty/shop pending"});
  // Its own regions may be about to pass: they have two minutes.
  CHECK(pages(world.wait(Seconds{119})).empty());
  CHECK(world.book.next_due() == world.now + Seconds{1});
  CHECK(pages(world.wait(Seconds{1})) == Kinds{"trigger pagerduty/shop pending"});
  CHECK(pages(world.clear(make("account", "id.example.com"))) ==
        Kinds{"resolve pagerduty/shop pending"});
}

TEST_CASE("members that recover soon after their parent page nobody", "[incident][cause]") {
  World world;
  world.fire(make("login", "id.example.com"));
  world.fire(make("account", "id.example.com"));
  world.clear(make("login", "id.example.com"));
  CHECK(pages(world.wait(Seconds{100})).empty());
  CHECK(pages(world.clear(make("account", "id.example.com"))) ==
        Kinds{"resolve pagerduty/shop suppressed"});
  CHECK(pages(world.wait(hours{2})).empty());
}

TEST_CASE("a restart after the parent's end gives its members as long again", "[incident][cause]") {
  World world;
  std::vector<OutboxRow> stored = world.fire(make("login", "id.example.com")).outbox;
  for (OutboxRow& row : world.fire(make("account", "id.example.com")).outbox)
    stored.push_back(std::move(row));
  world.clear(make("login", "id.example.com"));
  World next;
  next.now = world.now + hours{1};
  next.book.restore(world.book.unresolved(), stored, next.now);
  CHECK(pages(next.wait(Seconds{119})).empty());
  CHECK(pages(next.wait(Seconds{1})) == Kinds{"trigger pagerduty/shop pending"});
}

TEST_CASE("a member that others relied on resolves: the next one is told", "[incident][cause]") {
  World world;
  world.fire(make("login", "id.example.com"));  // told elsewhere
  world.fire(make("blog", "id.example.com", "pagerduty/web"));
  CHECK(pages(world.fire(make("news", "id.example.com", "pagerduty/web"))) ==
        Kinds{"trigger pagerduty/web suppressed"});
  world.clear(make("blog", "id.example.com", "pagerduty/web"));
  CHECK(pages(world.wait(Seconds{1})).empty());
  CHECK(pages(world.wait(minutes{2})) == Kinds{"trigger pagerduty/web pending"});
}

TEST_CASE("of one cause, kept back until one moment, only the first is told", "[incident][cause]") {
  World world;
  Check parent = make("z-login", "id.example.com");
  Check member = make("a-account", "id.example.com");
  for (Check* check : {&parent, &member}) {
    MaintenanceWindow window;
    window.from = kRound - minutes{5};
    window.until = kRound + minutes{5};
    check->maintenance = {window};
    world.book.define(std::make_shared<const Check>(*check));
  }
  world.fire(parent);
  world.now = world.now + Seconds{1};
  world.fire(member);
  CHECK(pages(world.wait(minutes{5})) == Kinds{"trigger pagerduty/shop pending"});
}

TEST_CASE("nothing joins what is less severe, older than five minutes, or of another condition",
          "[incident][cause]") {
  World world;
  world.fire(make("login", "id.example.com"), Severity::warning);
  CHECK(pages(world.fire(make("account", "id.example.com"), Severity::critical)) ==
        Kinds{"trigger pagerduty/shop pending"});
  world.now = world.now + minutes{6};
  CHECK(pages(world.fire(make("later", "id.example.com"), Severity::critical)) ==
        Kinds{"trigger pagerduty/shop pending"});
}

TEST_CASE("the twenty-first page in a minute becomes a storm's", "[incident][storm]") {
  World world;
  std::vector<Check> checks;
  for (int i = 0; i < 50; ++i)
    checks.push_back(make(fmt::format("c{:02}", i), fmt::format("h{}.example.com", i)));
  std::size_t sent = 0;
  std::size_t folded = 0;
  for (const Check& check : checks) {
    const BookRows rows = world.fire(check);
    sent += count(rows, OutboxState::pending);
    folded += count(rows, OutboxState::coalesced);
  }
  CHECK(sent == 20);
  CHECK(folded == 30);
  const BookRows storm = world.wait(Seconds{1});
  REQUIRE(pages(storm) == Kinds{"trigger pagerduty/shop pending"});
  CHECK(storm.outbox[0].severity == Severity::critical);
  CHECK(storm.outbox[0].payload_json.find("30 more critical incidents") != std::string::npos);
  CHECK(storm.incidents.at(0).subject == "storm:pagerduty/shop");
}

TEST_CASE("criticals are not hidden by a storm of less", "[incident][storm]") {
  World world;
  for (int i = 0; i < 60; ++i)
    world.fire(make(fmt::format("w{:02}", i), fmt::format("w{}.example.com", i)),
               Severity::warning);
  CHECK(pages(world.fire(make("vital", "vital.example.com"))) ==
        Kinds{"trigger pagerduty/shop pending"});
}

TEST_CASE("what is left when a storm calms down pages by itself, then the storm ends",
          "[incident][storm]") {
  World world;
  std::vector<Check> checks;
  for (int i = 0; i < 45; ++i)
    checks.push_back(make(fmt::format("c{:02}", i), fmt::format("h{}.example.com", i)));
  for (const Check& check : checks) world.fire(check);
  world.wait(Seconds{1});
  // 25 are folded; 22 of them recover: a folded page ends folded.
  for (int i = 20; i < 42; ++i)
    CHECK(pages(world.clear(checks[static_cast<std::size_t>(i)])) ==
          Kinds{"resolve pagerduty/shop coalesced"});
  const BookRows calm = world.wait(minutes{3});
  CHECK(pages(calm) == Kinds{"trigger pagerduty/shop pending", "trigger pagerduty/shop pending",
                             "trigger pagerduty/shop pending", "resolve pagerduty/shop pending"});
  CHECK(pages(world.clear(checks[44])) == Kinds{"resolve pagerduty/shop pending"});
}

TEST_CASE("a restart in a storm forgets no page that was folded", "[incident][storm]") {
  World world;
  std::vector<OutboxRow> stored;
  const auto keep = [&](const BookRows& rows) {
    stored.insert(stored.end(), rows.outbox.begin(), rows.outbox.end());
    return rows;
  };
  std::vector<Check> checks;
  for (int i = 0; i < 23; ++i)
    checks.push_back(make(fmt::format("c{:02}", i), fmt::format("h{}.example.com", i)));
  for (const Check& check : checks) keep(world.fire(check));
  REQUIRE(pages(keep(world.wait(Seconds{1}))) == Kinds{"trigger pagerduty/shop pending"});

  IncidentBook restored{settings()};
  restored.restore(world.book.unresolved(), stored, world.now);
  world.book = std::move(restored);
  CHECK(pages(world.clear(checks[20])) == Kinds{"resolve pagerduty/shop coalesced"});
  CHECK(pages(world.wait(minutes{1})).empty());
  CHECK(pages(world.wait(minutes{2})) == Kinds{"trigger pagerduty/shop pending",
                                               "trigger pagerduty/shop pending",
                                               "resolve pagerduty/shop pending"});
}

TEST_CASE("who acknowledged a folded page is known when it goes out", "[incident][storm]") {
  World world;
  BookRows last;
  for (int i = 0; i < 21; ++i)
    last = world.fire(make(fmt::format("c{:02}", i), fmt::format("h{}.example.com", i)));
  world.wait(Seconds{1});
  REQUIRE(world.book.acknowledge(last.incidents.at(0).id, "anna", world.now));
  CHECK(pages(world.wait(minutes{3})) == Kinds{"trigger pagerduty/shop pending",
                                               "acknowledge pagerduty/shop pending",
                                               "resolve pagerduty/shop pending"});
}

TEST_CASE("a storm that does not calm down is looked at again, without a busy loop",
          "[incident][storm]") {
  World world;
  for (int i = 0; i < 60; ++i)
    world.fire(make(fmt::format("c{:02}", i), fmt::format("h{}.example.com", i)));
  world.wait(Seconds{1});
  for (int i = 0; i < 10; ++i) {
    const auto due = world.book.next_due();
    REQUIRE(due);
    REQUIRE(*due > world.now);
    world.now = *due;
    CHECK(count(world.book.advance(world.now), OutboxState::coalesced) == 0);
  }
}

TEST_CASE("ten thousand incidents at once are told in the order of what matters",
          "[incident][storm]") {
  World world;
  std::size_t critical = 0;
  for (int i = 0; i < 10'000; ++i) {
    const Severity severity = i % 2 == 0 ? Severity::critical : Severity::warning;
    const BookRows rows =
        world.fire(make(fmt::format("c{}", i), fmt::format("h{}.example.com", i)), severity);
    for (const OutboxRow& row : rows.outbox)
      critical += row.state == OutboxState::pending && row.severity == Severity::critical ? 1 : 0;
    if (i % 100 == 0) world.wait(Millis{600});
  }
  CHECK(critical >= 20);  // a minute passes meanwhile
  CHECK(critical <= 22);
  CHECK(world.book.unresolved().size() >= 10'000);
}
