#include <catch2/catch.hpp>

#include "controller/deliver/outbox_machine.h"
#include "controller/deliver/page_content.h"
#include "tests/support/outbox_bench.h"

using namespace picket;
using namespace picket::test::outbox;
using Kind = DeliveryReport::Kind;

namespace {

const std::vector<std::string> kNothing;

Receiver with_key(const std::string& key) {
  Receiver rotated = receiver("main");
  rotated.secret = key;
  return rotated;
}

std::string credential(const Bench& bench, const std::string& id) {
  return parse_route(bench.rows.at(id).route_json)->credential;
}

}  // namespace

TEST_CASE("a trigger that is refused for good does not hold up its resolve", "[deliver]") {
  const auto refuse = [](Bench& bench) {
    for (std::uint32_t i = 0; i <= kDegradeLevelMax; ++i) bench.send("t", SendClass::rejected, 0);
    bench.send("t:fallback", SendClass::accepted, 0);
  };
  SECTION("which comes later") {
    Bench bench;
    bench.add(trigger(), 0);
    refuse(bench);
    CHECK(bench.state("t") == OutboxState::pending);
    bench.add(resolve(5), 5);
    CHECK(bench.state("t") == OutboxState::dead);
    CHECK(bench.start(5) == std::vector<std::string>{"r:fallback", "r"});
    CHECK(bench.count(Kind::dead) == 1);
  }
  SECTION("which waits already") {
    Bench bench;
    bench.add(trigger(), 0);
    bench.add(resolve(0), 0);
    for (std::uint32_t i = 0; i <= kDegradeLevelMax; ++i) bench.send("t", SendClass::rejected, 0);
    CHECK(bench.state("t") == OutboxState::dead);
    CHECK(bench.start(0) == std::vector<std::string>{"t:fallback", "r"});
  }
}

TEST_CASE("the fallback is told at 55 s, or after three failures, whichever is first",
          "[deliver]") {
  SECTION("hanging") {
    Bench bench;
    bench.add(trigger(), 0);
    CHECK(bench.start(0) == std::vector<std::string>{"t"});
    CHECK(bench.machine.next_due(at(1)) == at(55));
    CHECK(bench.start(54.9) == kNothing);
    CHECK(bench.start(55) == std::vector<std::string>{"t:fallback"});
  }
  SECTION("failing") {
    Bench bench;
    bench.add(trigger(), 0);
    bench.send("t", SendClass::transient, 0);
    bench.send("t", SendClass::transient, 2);
    CHECK(bench.rows.count("t:fallback") == 0);
    bench.send("t", SendClass::transient, 7);
    CHECK(bench.start(7) == std::vector<std::string>{"t:fallback"});
  }
  SECTION("waiting behind another row of the key") {
    Bench bench;
    bench.add(trigger(), 0);
    bench.add(page("a", OutboxAction::acknowledge, 2, 10), 10);
    REQUIRE(bench.start(10) == std::vector<std::string>{"t"});
    CHECK(bench.start(64) == std::vector<std::string>{"t:fallback"});
    bench.finish("t:fallback", SendClass::accepted, 64);
    CHECK(bench.start(65) == std::vector<std::string>{"a:fallback"});
  }
}

TEST_CASE("a channel that is down hands new pages over at once, and still tries", "[deliver]") {
  Bench bench;
  bench.add(page("x", OutboxAction::trigger, 1, 0, "x"), 0);
  for (const double now : {0, 2, 7}) {
    bench.start(now);
    bench.finish("x", SendClass::not_sent, now);
  }
  bench.add(trigger(8), 8);
  const auto sent = bench.start(8);
  CHECK(std::count(sent.begin(), sent.end(), "t:fallback") == 1);
  CHECK(std::count(sent.begin(), sent.end(), "t") == 1);
}

TEST_CASE("a fallback has its own key, order and receiver, and no fallback", "[deliver]") {
  Bench bench;
  bench.add(trigger(), 0);
  bench.send("t", SendClass::misconfigured, 0);
  const OutboxRow made = bench.rows.at("t:fallback");
  CHECK(made.receiver == "backup");
  CHECK(parse_route(made.route_json)->url == "https://backup.example");
  CHECK(made.fallback_of == "t");
  CHECK(made.key != trigger().key);
  CHECK(made.ordinal == trigger().ordinal);
  CHECK(made.payload_json.find("fallback_for") != std::string::npos);
  for (const double now : {0, 2, 7, 17}) {
    bench.start(now);
    bench.finish("t:fallback", SendClass::transient, now);
  }
  CHECK(bench.rows.count("t:fallback:fallback") == 0);
}

TEST_CASE("a receiver without a fallback goes on alone", "[deliver]") {
  Bench bench;
  bench.directory.set({receiver("main")});
  bench.add(trigger(), 0);
  bench.send("t", SendClass::misconfigured, 0);
  CHECK(bench.rows.size() == 1);
  CHECK(bench.machine.next_due(at(1)) == at(60));
  CHECK(bench.start(59) == kNothing);
  CHECK(bench.start(60) == std::vector<std::string>{"t"});
}

TEST_CASE("a fallback that was told of the trigger is told of the end", "[deliver]") {
  Bench bench;
  bench.add(trigger(), 0);
  bench.send("t", SendClass::misconfigured, 0);
  bench.send("t:fallback", SendClass::accepted, 0);
  bench.send("t", SendClass::accepted, 60);
  bench.add(resolve(100), 100);
  CHECK(bench.start(100) == std::vector<std::string>{"r:fallback", "r"});
  CHECK(bench.rows.at("r:fallback").key == bench.rows.at("t:fallback").key);
}

TEST_CASE("what was in flight at a crash is unknown at the start", "[deliver]") {
  Bench before;
  before.add(trigger(), 0);
  before.add(resolve(1), 1);
  REQUIRE(before.start(1) == std::vector<std::string>{"t"});
  Bench after;
  after.note(after.machine.restore(before.stored(), at(3)));
  CHECK(after.state("t") == OutboxState::unknown);
  CHECK(after.rows.at("t").ever_unknown);
  after.send("t", SendClass::accepted, 3);
  after.send("r", SendClass::accepted, 3);
  CHECK(after.rows.at("r").fences_left == 2);
}

TEST_CASE("finished triggers are remembered over a start", "[deliver]") {
  Bench before;
  before.add(trigger(), 0);
  before.send("t", SendClass::unknown, 0);
  before.send("t", SendClass::misconfigured, 2);
  before.send("t:fallback", SendClass::accepted, 2);
  before.send("t", SendClass::accepted, 62);
  Bench after;
  after.note(after.machine.restore(before.stored(), at(70)));
  CHECK(after.start(70) == kNothing);
  after.add(resolve(80), 80);
  CHECK(after.start(80) == std::vector<std::string>{"r:fallback", "r"});
  after.finish("r", SendClass::accepted, 80);
  CHECK(after.rows.at("r").fences_left == 2);
}

TEST_CASE("a crash between a resolve and its fallback does not lose the fallback", "[deliver]") {
  Bench before;
  before.add(trigger(), 0);
  before.send("t", SendClass::misconfigured, 0);
  before.send("t:fallback", SendClass::accepted, 0);
  auto rows = before.stored();
  rows.push_back(resolve(10));
  Bench after;
  after.note(after.machine.restore(rows, at(20)));
  CHECK(after.rows.count("r:fallback") == 1);
}

TEST_CASE("a resolve goes by the key that triggered, after a rotation too", "[deliver]") {
  Bench bench;
  bench.add(trigger(), 0);
  bench.send("t", SendClass::accepted, 0);
  Receiver rotated = receiver("main", "backup");
  rotated.secret = "new key";
  bench.directory.set({rotated, receiver("backup")});
  bench.add(resolve(10), 10);
  bench.start(10);
  CHECK(parse_route(bench.rows.at("r").route_json)->credential == credential_of("key of main"));
}

TEST_CASE("a resolve whose key is not known any more uses the present one, and says so",
          "[deliver]") {
  Bench before;
  before.add(trigger(), 0);
  before.send("t", SendClass::accepted, 0);
  ReceiverDirectory directory;
  Receiver rotated = receiver("main", "backup");
  rotated.secret = "new key";
  directory.set({rotated});
  OutboxMachine after({}, directory, Random{1});
  after.restore(before.stored(), at(5));
  after.add({resolve(10)}, at(10));
  OutboxStep step;
  const auto rows = after.start(at(10), step);
  REQUIRE(rows.size() == 1);
  CHECK(parse_route(rows[0].route_json)->credential == credential_of("new key"));
  REQUIRE(step.reports.size() == 1);
  CHECK(step.reports[0].kind == Kind::other_credential);
}

TEST_CASE("a wrong key is mended by a new configuration", "[deliver]") {
  Bench bench;
  bench.add(trigger(), 0);
  bench.send("t", SendClass::unknown, 0);
  bench.send("t", SendClass::misconfigured, 2);
  Receiver mended = receiver("main");
  mended.secret = "right key";
  bench.directory.set({mended});
  bench.machine.retry_all(at(5));
  const auto sent = bench.start(5);
  CHECK(std::count(sent.begin(), sent.end(), "t") == 1);
  CHECK(parse_route(bench.rows.at("t").route_json)->credential == credential_of("right key"));
}

TEST_CASE("a key that timed out and then refuses makes room for the one in force", "[deliver]") {
  for (const SendClass answer : {SendClass::rejected, SendClass::misconfigured}) {
    INFO(to_string(answer));
    Bench bench;
    bench.add(trigger(), 0);
    bench.send("t", SendClass::unknown, 0);
    bench.directory.set({with_key("new key")});
    bench.machine.retry_all(at(1));
    bench.send("t", answer, 1);  // by the old one, which may have taken it
    CHECK(credential(bench, "t") == credential_of("key of main"));
    bench.send("t", SendClass::accepted, 1);
    CHECK(credential(bench, "t") == credential_of("new key"));
    CHECK(bench.rows.at("t").degrade_level == 0);
    bench.add(resolve(5), 5);
    bench.send("r", SendClass::accepted, 5);
    CHECK(credential(bench, "r") == credential_of("new key"));
  }
}

TEST_CASE("what even the smallest body did not mend is told whole by a new key", "[deliver]") {
  Bench bench;
  bench.directory.set({with_key("old key")});
  bench.add(trigger(), 0);
  bench.send("t", SendClass::unknown, 0);
  for (std::uint32_t i = 0; i <= kDegradeLevelMax; ++i) bench.send("t", SendClass::rejected, 2);
  CHECK(bench.start(3) == kNothing);
  CHECK(bench.count(Kind::rejected) == 1);
  SECTION("by a reload") {
    bench.directory.set({with_key("new key")});
    bench.machine.retry_all(at(5));
    bench.send("t", SendClass::rejected, 5);
    CHECK(bench.rows.at("t").degrade_level == 1);  // it was whole, and is refused by itself
    bench.send("t", SendClass::accepted, 5);
    CHECK(credential(bench, "t") == credential_of("new key"));
  }
  SECTION("by a restart") {
    Bench after;
    after.directory.set({with_key("new key")});
    after.note(after.machine.restore(bench.stored(), at(100)));
    after.send("t", SendClass::accepted, 100);
    CHECK(credential(after, "t") == credential_of("new key"));
    CHECK(after.rows.at("t").degrade_level == 0);
  }
}

TEST_CASE("fences go by the kind that took the page, not by the one it was made for", "[deliver]") {
  Receiver slack = receiver("main");
  slack.kind = ReceiverKind::slack;
  Bench bench;
  bench.directory.set({slack});
  OutboxRow row = trigger();
  row.route_json = render_route(slack);
  OutboxRow end = resolve(5);
  end.route_json = row.route_json;
  bench.add(row, 0);
  bench.send("t", SendClass::transient, 0);
  bench.directory.set({with_key("a key of PagerDuty's")});
  bench.machine.retry_all(at(1));
  bench.send("t", SendClass::unknown, 1);
  bench.send("t", SendClass::accepted, 6);
  bench.add(end, 7);
  bench.send("r", SendClass::accepted, 7);
  CHECK(bench.rows.at("r").fences_left == 2);
}

TEST_CASE("a key that took the trigger keeps the end of it, whatever it answers", "[deliver]") {
  Bench bench;
  bench.add(trigger(), 0);
  bench.send("t", SendClass::accepted, 0);
  bench.directory.set({with_key("new key")});
  bench.add(resolve(5), 5);
  bench.send("r", SendClass::rejected, 5);
  bench.send("r", SendClass::misconfigured, 65);
  bench.send("r", SendClass::accepted, 125);
  CHECK(credential(bench, "r") == credential_of("key of main"));
}

TEST_CASE("a hung channel leaves room for the fallbacks", "[deliver]") {
  Bench bench;
  for (int i = 0; i < 100; ++i)
    bench.add(page("p" + std::to_string(i), OutboxAction::trigger, 1, 0, "p" + std::to_string(i)),
              0);
  CHECK(bench.start(0).size() == 8);
  const auto later = bench.start(55);
  CHECK(later.size() == 8);
  for (const std::string& id : later) CHECK(id.find(":fallback") != std::string::npos);
}

TEST_CASE("what can never be delivered dies a day after its end, not before", "[deliver]") {
  Bench bench;
  bench.directory.set({receiver("main")});
  bench.add(trigger(), 0);
  double now = 0;
  const auto fail_until = [&](double end) {
    for (; now < end; now += 600) {
      for (const std::string& id : bench.start(now)) bench.finish(id, SendClass::not_sent, now);
    }
  };
  fail_until(3 * 86'400);
  CHECK(bench.state("t") == OutboxState::pending);
  bench.add(resolve(now), now);
  fail_until(now + 86'000);
  CHECK(bench.state("t") == OutboxState::pending);
  fail_until(now + 1200);
  CHECK(bench.state("t") == OutboxState::dead);
  CHECK(bench.state("r") == OutboxState::dead);
  CHECK(bench.count(Kind::dead) == 2);
  CHECK(bench.machine.owed().empty());
}

TEST_CASE("who stood in for a trigger hears of its end, whoever stands in by then", "[deliver]") {
  Bench bench;
  bench.add(trigger(), 0);
  bench.send("t", SendClass::misconfigured, 0);
  bench.send("t:fallback", SendClass::accepted, 0);
  const std::vector<Receiver> others{receiver("main", "other"), receiver("other")};
  SECTION("after a reload") {
    bench.directory.set(others);
    bench.add(resolve(10), 10);
    CHECK(bench.rows.at("r:fallback").receiver == "backup");
    const auto route = parse_route(bench.rows.at("r:fallback").route_json);
    CHECK(route->credential == credential_of("key of backup"));
  }
  SECTION("after a restart with the old one still there") {
    Bench after;
    after.directory.set({receiver("main", "other"), receiver("other"), receiver("backup")});
    auto rows = bench.stored();
    rows.push_back(resolve(10));
    after.note(after.machine.restore(rows, at(20)));
    CHECK(after.rows.at("r:fallback").receiver == "backup");
  }
  SECTION("after a restart that knows it no more, the present one") {
    Bench after;
    after.directory = {};
    after.directory.set(others);
    auto rows = bench.stored();
    rows.push_back(resolve(10));
    after.note(after.machine.restore(rows, at(20)));
    CHECK(after.rows.at("r:fallback").receiver == "other");
  }
}

TEST_CASE("a page to a receiver that is gone has the fallback that it had", "[deliver]") {
  Bench bench;
  bench.add(trigger(), 0);
  bench.directory.set({receiver("other")});
  bench.send("t", SendClass::misconfigured, 0);
  CHECK(bench.start(0) == std::vector<std::string>{"t:fallback"});
  CHECK(bench.rows.at("t:fallback").receiver == "backup");
}
