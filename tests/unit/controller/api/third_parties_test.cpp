#include "controller/api/third_parties.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace picket;
using namespace picket::controller;
using nlohmann::json;

namespace {

const WallTime kNow = WallTime::from_unix_ms(1'800'000'000'000);
const CheckName kHome{"home"};
const CheckName kShop{"shop"};

struct Seen {
  std::string host;
  std::int64_t duration_ms;
  bool ok{true};
};

RunResult make_run(const CheckName& check, const std::string& region, WallTime started,
                   const std::vector<Seen>& hosts) {
  RunResult run;
  run.key = {check, RegionName{region}, started, RunKind::scheduled, 0};
  run.started = started;
  StepResult step;
  for (const Seen& one : hosts) {
    const std::string name = "origin." + one.host;
    step.facts.push_back({name + ".duration", Value{one.duration_ms}});
    step.facts.push_back({name + ".transfer", Value{std::int64_t{2048}}});
    step.facts.push_back({name + ".requests", Value{std::int64_t{3}}});
    step.facts.push_back({name + ".ok", Value{one.ok}});
  }
  step.facts.push_back({"origin.duration", Value{std::int64_t{9}}});  // of a CDN: no host
  step.facts.push_back({"page.duration", Value{std::int64_t{900}}});
  Attempt attempt;
  attempt.steps.push_back(step);
  run.attempts = {Attempt{}, attempt};  // the last attempt counts
  return run;
}

json shown(const ThirdPartyBook& book, WallTime now = kNow) {
  const std::map<CheckName, Millis> intervals{{kHome, minutes{5}}, {kShop, minutes{1}}};
  const json document = json::parse(book.render(intervals, now));
  REQUIRE(document["schema_version"] == 1);
  return document["third_parties"];
}

std::vector<std::string> hosts_of(const json& rows) {
  std::vector<std::string> hosts;
  for (const json& row : rows) hosts.push_back(row["host"]);
  return hosts;
}

}  // namespace

TEST_CASE("a host is told of once, over checks and regions", "[third_parties]") {
  ThirdPartyBook book;
  book.observe(make_run(kHome, "eu-west-1", kNow, {{"js.pay.test", 200}}));
  book.observe(make_run(kHome, "us-east-1", kNow, {{"js.pay.test", 900}}));
  book.observe(make_run(kShop, "eu-west-1", kNow, {{"js.pay.test", 300}}));
  const json rows = shown(book);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0]["host"] == "js.pay.test");
  CHECK(rows[0]["slowest_ms"] == 900);
  CHECK(rows[0]["median_ms"] == 300);
  CHECK(rows[0]["failing"] == 0);
  CHECK(rows[0]["seen"] == 3);
  REQUIRE(rows[0]["checks"].size() == 2);
  const json& slowest = rows[0]["checks"][0];
  CHECK(slowest["check"] == "home");
  CHECK(slowest["region"] == "us-east-1");
  CHECK(slowest["seen"] == 2);
  CHECK(slowest["transfer_bytes"] == 2048);
  CHECK(slowest["requests"] == 3);
  CHECK(slowest["at"] == "2027-01-15T08:00:00.000Z");
}

TEST_CASE("failing hosts come first, then slow ones", "[third_parties]") {
  ThirdPartyBook book;
  book.observe(make_run(kHome, "eu-west-1", kNow,
                        {{"a.test", 50}, {"b.test", 4000}, {"c.test", 10, false}}));
  const json rows = shown(book);
  CHECK(hosts_of(rows) == std::vector<std::string>{"c.test", "b.test", "a.test"});
  CHECK(rows[0]["failing"] == 1);
}

TEST_CASE("the newest run of a check and region counts", "[third_parties]") {
  ThirdPartyBook book;
  book.observe(make_run(kHome, "eu-west-1", kNow, {{"new.test", 50}}));
  book.observe(make_run(kHome, "eu-west-1", kNow - minutes{5}, {{"late.test", 50}}));
  CHECK(hosts_of(shown(book)) == std::vector<std::string>{"new.test"});
  book.observe(make_run(kHome, "eu-west-1", kNow + minutes{5}, {}));  // the page itself failed
  CHECK(shown(book).empty());
}

TEST_CASE("what is old, removed or undefined is not shown", "[third_parties]") {
  ThirdPartyBook book;
  book.observe(make_run(kHome, "eu-west-1", kNow, {{"home.test", 50}}));
  book.observe(make_run(kShop, "eu-west-1", kNow, {{"shop.test", 50}}));
  book.observe(make_run(CheckName{"gone"}, "eu-west-1", kNow, {{"gone.test", 50}}));
  CHECK(book.checks() == std::set<CheckName>{CheckName{"gone"}, kHome, kShop});
  CHECK(shown(book, kNow + minutes{3}).size() == 2);
  CHECK(hosts_of(shown(book, kNow + minutes{4})) == std::vector<std::string>{"home.test"});
  book.remove(kHome);
  CHECK(hosts_of(shown(book)) == std::vector<std::string>{"shop.test"});
}

TEST_CASE("facts that are none of a host or no number are passed over", "[third_parties]") {
  ThirdPartyBook book;
  RunResult run = make_run(kHome, "eu-west-1", kNow, {});
  run.attempts.back().steps[0].facts = {{"origin.x.test.duration", Value{std::string{"slow"}}},
                                        {"origin..ok", Value{true}},
                                        {"origin.y.test.unheard-of", Value{std::int64_t{1}}}};
  book.observe(run);
  book.observe(RunResult{});  // without an attempt
  const json rows = shown(book);
  REQUIRE(hosts_of(rows) == std::vector<std::string>{"y.test"});
  CHECK(rows[0]["slowest_ms"] == 0);
}
