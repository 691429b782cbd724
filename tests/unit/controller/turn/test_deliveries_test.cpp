#include "controller/turn/test_deliveries.h"

#include <catch2/catch.hpp>
#include <memory>

#include "common/async/task_group.h"
#include "tests/support/memory_store.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::controller;
using Kind = DeliveryReport::Kind;

namespace {

const WallTime kStart = *parse_rfc3339("2026-11-22T02:30:00Z");

std::vector<Receiver> three_receivers() {
  std::vector<Receiver> receivers(3);
  receivers[0].name = "pagerduty/main";
  receivers[0].fallback = "slack/backup";
  receivers[0].test_delivery = DailyTest{};
  receivers[1].name = "slack/backup";
  receivers[1].kind = ReceiverKind::slack;
  receivers[2].name = "email/fleet";
  receivers[2].kind = ReceiverKind::email;
  for (Receiver& receiver : receivers) receiver.url = "https://x.example";
  return receivers;
}

BookSettings settings() {
  BookSettings made;
  made.install_id = "install";
  for (const Receiver& receiver : three_receivers()) made.routes.receivers[receiver.name] = "{}";
  made.routes.fleet = {"email/fleet"};
  return made;
}

// A controller with test deliveries from a start to its death; the store lives on.
struct Life {
  std::vector<Receiver> receivers;
  std::vector<OutboxRow> owed;
  boost::asio::io_context context;
  sim::SimClock clock;
  std::unique_ptr<async::BlockingPool> pool{async::create_inline_pool()};
  async::TaskGroup group{context.get_executor()};
  Turn turn;
  TestDeliveries tests{{clock, turn, receivers}};

  Life(Store& store, WallTime start, std::vector<Receiver> configured = three_receivers())
      : receivers(std::move(configured)),
        clock(context.get_executor(), start),
        turn({context.get_executor(), clock, *pool, store}, IncidentBook{settings()}, {}) {
    turn.on_committed = [this](const Outbound& out) {
      owed.insert(owed.end(), out.outbox.begin(), out.outbox.end());
    };
    REQUIRE(turn.restore());
    REQUIRE(tests.restore(store));
    group.spawn("commit", turn.commit_loop());
    group.spawn("tests", tests.run());
    run(Seconds{1});
  }
  void run(Nanos span) { sim::run_for(context, clock, span); }
  std::vector<OutboxRow> take() {
    run(Seconds{2});
    return std::exchange(owed, {});
  }
};

std::vector<std::string> told(const std::vector<OutboxRow>& rows) {
  std::vector<std::string> out;
  for (const OutboxRow& row : rows)
    out.push_back(std::string{to_string(row.action)} + " " + row.receiver);
  return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("the daily test keeps its hour over both changes of the clocks", "[tests]") {
  const DailyTest berlin{9 * 60, "Europe/Berlin"};
  const auto next = [&](const char* after) {
    return render_rfc3339(next_test(berlin, *parse_rfc3339(after)));
  };
  CHECK(next("2026-11-22T02:30:00Z") == "2026-11-22T08:00:00.000Z");
  CHECK(next("2026-11-22T08:00:00Z") == "2026-11-23T08:00:00.000Z");
  CHECK(next("2026-03-28T12:00:00Z") == "2026-03-29T07:00:00.000Z");
  CHECK(next("2026-10-24T12:00:00Z") == "2026-10-25T08:00:00.000Z");
  const DailyTest kiritimati{30, "Pacific/Kiritimati"};  // 14 hours ahead
  CHECK(render_rfc3339(next_test(kiritimati, kStart)) == "2026-11-22T10:30:00.000Z");
}

TEST_CASE("a test is what its channel takes, and wakes nobody when it comes daily", "[tests]") {
  const auto rows = [](ReceiverKind kind, bool daily) {
    Receiver receiver;
    receiver.name = "a/b";
    receiver.kind = kind;
    return told(make_test_rows(receiver, IncidentId{"test-1"}, "anna", daily, kStart));
  };
  const Texts both{"trigger a/b", "resolve a/b"};
  CHECK(rows(ReceiverKind::pagerduty, false) == both);
  CHECK(rows(ReceiverKind::pagerduty, true) == Texts{"change a/b"});
  CHECK(rows(ReceiverKind::webhook, true) == both);
  CHECK(rows(ReceiverKind::alertmanager, true) == both);
  CHECK(rows(ReceiverKind::slack, false) == Texts{"trigger a/b"});
  CHECK(rows(ReceiverKind::email, true) == Texts{"trigger a/b"});
}

TEST_CASE("a daily test that fails is told to others until one succeeds", "[tests]") {
  const auto store = test::open_store();
  std::vector<OutboxRow> alarm;
  {
    Life life{*store, kStart};
    CHECK(life.take().empty());  // a new receiver waits for its hour
    life.run(hours{7});
    const auto test = life.take();
    REQUIRE(told(test) == Texts{"change pagerduty/main"});
    CHECK(is_test(test[0]));
    OutboxRow dead = test[0];
    dead.last_error = "HTTP 404";
    life.tests.observe({Kind::dead, dead});
    alarm = life.take();
    CHECK(told(alarm) == Texts{"trigger email/fleet", "trigger slack/backup"});
    CHECK(alarm[0].payload_json.find("HTTP 404") != std::string::npos);
    CHECK_FALSE(is_test(alarm[0]));
    CHECK(life.tests.health().all().at("pagerduty/main").test_ok == false);
    life.run(hours{1});  // again, sooner than tomorrow
    CHECK(told(life.take()) == Texts{"change pagerduty/main"});
  }
  Life life{*store, kStart + hours{9}};  // a restart forgets no alarm
  life.run(hours{1});
  const auto test = life.take();
  REQUIRE(told(test) == Texts{"change pagerduty/main"});
  life.tests.observe({Kind::accepted, test[0]});
  const auto end = life.take();
  REQUIRE(told(end) == Texts{"resolve email/fleet", "resolve slack/backup"});
  CHECK(end[0].key == alarm[0].key);
  CHECK(end[0].ordinal > alarm[0].ordinal);
  life.tests.observe({Kind::accepted, test[0]});
  CHECK(life.take().empty());
}

TEST_CASE("a daily test that fell into a stop is sent at the start", "[tests]") {
  const auto store = test::open_store();
  { Life life{*store, kStart}; }
  Life life{*store, kStart + hours{30}};
  CHECK(told(life.take()) == Texts{"change pagerduty/main"});
  CHECK(life.tests.next_of("pagerduty/main") > life.turn.now());
}

TEST_CASE("somebody's test of an unknown receiver names a near one", "[tests]") {
  const auto store = test::open_store();
  Life life{*store, kStart};
  const auto wrong = life.tests.start("pagerduty/mian", "anna");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().hint == "did you mean `pagerduty/main`?");
  REQUIRE(life.tests.start("pagerduty/main", "anna\nbert"));
  const auto rows = life.take();
  CHECK(told(rows) == Texts{"trigger pagerduty/main", "resolve pagerduty/main"});
  CHECK(rows[0].payload_json.find("anna bert") != std::string::npos);
  // Nobody else is told when it fails: whoever asked sees it.
  life.tests.observe({Kind::dead, rows[0]});
  CHECK(life.take().empty());
}

TEST_CASE("a test that somebody asks for says whether its receiver works", "[tests]") {
  const auto store = test::open_store();
  Life life{*store, kStart};
  const auto ok = [&] { return life.tests.health().all().at("pagerduty/main").test_ok; };
  REQUIRE(life.tests.start("pagerduty/main", "anna"));
  const auto rows = life.take();
  REQUIRE(told(rows) == Texts{"trigger pagerduty/main", "resolve pagerduty/main"});
  life.tests.observe({Kind::rejected, rows[0]});
  CHECK(ok() == std::nullopt);  // it is tried again
  life.tests.observe({Kind::accepted, rows[0]});
  CHECK(ok() == true);
  life.tests.observe({Kind::unconfirmed, rows[0]});  // swallowed: no incident exists there
  CHECK(ok() == false);
  life.tests.observe({Kind::accepted, rows[1]});  // its resolve proves nothing
  CHECK(ok() == false);
  life.tests.observe({Kind::confirmed, rows[0]});
  CHECK(ok() == true);
  life.tests.observe({Kind::dead, rows[0]});
  CHECK(ok() == false);
  OutboxRow page = rows[0];
  page.incident = IncidentId{"01"};
  life.tests.observe({Kind::accepted, page});  // no test
  CHECK(ok() == false);
}

namespace {

// A failed daily test of pagerduty/main, of which email/fleet and slack/backup have been told.
struct Alarmed {
  std::unique_ptr<Store> store{test::open_store()};
  Life life{*store, kStart};

  Alarmed() {
    life.run(hours{7});
    OutboxRow dead = life.take().at(0);
    dead.last_error = "HTTP 404";
    life.tests.observe({Kind::dead, dead});
    REQUIRE(told(life.take()) == Texts{"trigger email/fleet", "trigger slack/backup"});
  }
  std::vector<OutboxRow> reconfigure(std::vector<Receiver> next, const Routes& routes) {
    life.tests.reconfigure(next, routes);
    life.receivers = std::move(next);
    life.turn.set_routes(routes, {});
    return life.take();
  }
};

}  // namespace

TEST_CASE("a failing test of a receiver that is gone ends for those who were told", "[tests]") {
  Alarmed alarmed;
  auto next = three_receivers();
  next.erase(next.begin());
  CHECK(told(alarmed.reconfigure(next, settings().routes)) ==
        Texts{"resolve email/fleet", "resolve slack/backup"});
  CHECK_FALSE(alarmed.life.tests.next_of("pagerduty/main"));
  alarmed.life.run(hours{48});
  CHECK(alarmed.life.take().empty());
}

TEST_CASE("a failing test that a restart ends, ends for those who were told", "[tests]") {
  const auto store = test::open_store();
  {
    Life life{*store, kStart};
    life.run(hours{7});
    OutboxRow dead = life.take().at(0);
    life.tests.observe({Kind::dead, dead});
    REQUIRE(told(life.take()) == Texts{"trigger email/fleet", "trigger slack/backup"});
  }
  auto next = three_receivers();
  SECTION("its receiver is gone") { next.erase(next.begin()); }
  SECTION("it is not tested any more") { next[0].test_delivery.reset(); }
  SECTION("another one stands in for it") {
    next[0].fallback = "email/fleet";
    Life life{*store, kStart + hours{8}, next};
    CHECK(told(life.take()) == Texts{"resolve slack/backup"});
    return;
  }
  {
    Life life{*store, kStart + hours{8}, next};
    CHECK(told(life.take()) == Texts{"resolve slack/backup", "resolve email/fleet"});
  }
  Life again{*store, kStart + hours{9}, next};
  CHECK(again.take().empty());
}

TEST_CASE("who is told of a failing test changes with the configuration", "[tests]") {
  Alarmed alarmed;
  auto next = three_receivers();
  next[0].fallback.clear();
  next.emplace_back();
  next.back().name = "webhook/new";
  next.back().kind = ReceiverKind::webhook;
  next.back().url = "https://new.example";
  Routes routes = settings().routes;
  routes.fleet = {"email/fleet", "webhook/new"};
  const auto rows = alarmed.reconfigure(next, routes);
  CHECK(told(rows) == Texts{"resolve slack/backup", "trigger webhook/new"});
  CHECK(alarmed.reconfigure(next, routes).empty());
  // Both who know of it hear of its end.
  OutboxRow test;
  test.incident = IncidentId{"test-daily-x"};
  test.receiver = "pagerduty/main";
  test.action = OutboxAction::change;
  alarmed.life.tests.observe({Kind::accepted, test});
  CHECK(told(alarmed.life.take()) == Texts{"resolve email/fleet", "resolve webhook/new"});
}

TEST_CASE("a new schedule of daily tests holds at once, an old one is kept", "[tests]") {
  const auto store = test::open_store();
  Life life{*store, kStart};
  const auto before = life.tests.next_of("pagerduty/main");
  REQUIRE(before);
  auto next = three_receivers();
  next[0].secret = "another key";
  next[1].test_delivery = DailyTest{3 * 60, "UTC"};
  life.tests.reconfigure(next, settings().routes);
  life.receivers = next;
  CHECK(life.tests.next_of("pagerduty/main") == before);
  life.run(hours{1});
  CHECK(told(life.take()) == Texts{"trigger slack/backup"});
  next[1].test_delivery.reset();
  life.tests.reconfigure(next, settings().routes);
  life.receivers = next;
  CHECK_FALSE(life.tests.next_of("slack/backup"));
}
