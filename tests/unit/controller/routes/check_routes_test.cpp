#include "controller/routes/check_routes.h"

#include "tests/unit/controller/routes/route_desk.h"

using namespace picket;
using namespace picket::controller;
using Json = nlohmann::json;
using picket::test::Query;

namespace {

// Two checks, of which `shop` has an objective.
struct Desk : test::RouteDesk {
  CheckRoutes routes{{*pool, *pool, *store, turn}};
  Check shop{test::make_check("shop")};

  Desk() {
    shop.slo.emplace();
    define(shop);
    define(test::make_check("plain"));
  }

  // One run that has just ended.
  void measure(int region, const test::RunSpec& spec) {
    const auto regions = test::make_regions(2);
    auto result = test::make_run(shop, regions.at(static_cast<std::size_t>(region) - 1),
                                 clock.wall_now(), spec);
    turn.record(turn.receive(std::move(result), "agent-1"));
  }

  Result<Json> get(std::string_view tail, const std::string& name, Query query = {}) {
    return RouteDesk::get(routes.routes(), tail, name, std::move(query));
  }
};

}  // namespace

TEST_CASE("GET slo: the burn-down of a check with an objective", "[routes][slo]") {
  Desk desk;
  CHECK(desk.get("/slo", "shop")->at("availability").at("points").empty());
  for (int round = 0; round < 6; ++round) {
    desk.run(minutes{5});
    for (int region = 1; region <= 2; ++region)
      desk.measure(region, {.verdict = round == 2 ? RunVerdict::fail : RunVerdict::pass});
  }
  desk.run(minutes{10});
  const auto answer = desk.get("/slo", "shop");
  REQUIRE(answer);
  CHECK(answer->at("check") == "shop");
  CHECK(answer->at("window") == "30d");
  CHECK(answer->at("latency").is_null());
  const Json& line = answer->at("availability");
  CHECK(line.at("bad") == 1);
  CHECK(line.at("points").front().at("left_ratio") == 1);
  CHECK(line.at("points").back().at("left_ratio").get<double>() < 0);
  CHECK(line.at("points").size() > 4);
  CHECK(desk.get("/slo", "shop", {{"points", "2"}})->at("availability").at("points").size() == 2);
}

TEST_CASE("GET slo says what is wrong", "[routes][slo]") {
  Desk desk;
  const auto missing = desk.get("/slo", "no\nne");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::not_found);
  CHECK(missing.error().message == "no check `no ne`");
  const auto plain = desk.get("/slo", "plain");
  REQUIRE_FALSE(plain);
  CHECK(plain.error().code == ErrorCode::not_found);
  CHECK(plain.error().message == "`plain` has no objective");
  for (const char* points : {"1", "1001", "x", "", "-5", "12x"}) {
    const auto wrong = desk.get("/slo", "shop", {{"points", points}});
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code == ErrorCode::invalid_argument);
    CHECK(wrong.error().message == "`points` is a number from 2 to 1000");
  }
}

TEST_CASE("GET history: buckets from memory and from the store are the same", "[routes]") {
  Desk desk;
  desk.run(minutes{5});
  for (int round = 0; round < 12; ++round) {
    desk.measure(1, {.verdict = round == 5 ? RunVerdict::fail : RunVerdict::pass,
                     .lasted = Millis{100 * (round + 1)}});
    desk.run(minutes{5});
  }
  desk.run(minutes{10});
  const Query hour{
      {"from", "2026-11-22T00:00:00Z"}, {"to", "2026-11-22T02:00:00Z"}, {"points", "4"}};
  const auto early = desk.get("/history", "shop", hour);
  REQUIRE(early);
  desk.turn.checkpoint();
  desk.run(Seconds{1});
  const auto late = desk.get("/history", "shop", hour);
  REQUIRE(late);
  CHECK(late->at("regions") == early->at("regions"));
  CHECK(late->at("step_ms") == 1'800'000);
  CHECK(late->at("from") == "2026-11-22T00:00:00.000Z");
  CHECK(late->at("until") == "2026-11-22T02:00:00.000Z");
  const Json& first = late->at("regions").at(0);
  CHECK(first.at("region") == "r01");
  CHECK(first.at("good") == Json{5, 6, 0, 0});
  CHECK(first.at("bad") == Json{1, 0, 0, 0});
  CHECK(first.at("max_ms").at(1).get<double>() == Approx(1'200).epsilon(0.033));
  CHECK(first.at("p50_ms").at(0).get<double>() == Approx(300).epsilon(0.033));
  CHECK(first.at("max_ms").at(3).is_null());
  // The other region owed its rounds and ran none.
  const Json& second = late->at("regions").at(1);
  CHECK(second.at("good") == Json{0, 0, 0, 0});
  CHECK(second.at("missed").at(0).get<int>() >= 4);
  CHECK(second.at("p50_ms").at(0).is_null());
}

TEST_CASE("GET history without a range is of the last 24 hours", "[routes]") {
  Desk desk;
  const WallTime asked = desk.turn.now();
  const auto answer = desk.get("/history", "shop");
  REQUIRE(answer);
  const auto from = parse_rfc3339(answer->at("from").get<std::string>());
  const auto until = parse_rfc3339(answer->at("until").get<std::string>());
  CHECK(*until >= asked);
  CHECK(*from <= asked - hours{24});
  CHECK(*until - *from <= hours{25});
  CHECK(answer->at("regions").size() == 2);
  const auto week = desk.get("/history", "shop", {{"range", "7d"}});
  REQUIRE(week);
  CHECK(*parse_rfc3339(week->at("from").get<std::string>()) <= desk.turn.now() - hours{24 * 7});
}

TEST_CASE("GET history says what is wrong", "[routes]") {
  Desk desk;
  CHECK(desk.get("/history", "none").error().code == ErrorCode::not_found);
  const auto wrong = [&](const Query& query) {
    const auto answer = desk.get("/history", "shop", query);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::invalid_argument);
    return answer.error().message;
  };
  CHECK(wrong({{"from", "yesterday"}}) == "`from` is no time of RFC 3339");
  CHECK(wrong({{"to", ""}}) == "`to` is no time of RFC 3339");
  CHECK(wrong({{"from", "2026-11-22T00:00:00Z"}, {"to", "2026-11-22T00:00:00Z"}}) ==
        "the range is empty: `from` is not before `to`");
  CHECK(wrong({{"from", "2025-10-01T00:00:00Z"}}) == "the range is longer than 400 days");
  CHECK(wrong({{"range", "7d"}, {"from", "2026-11-22T00:00:00Z"}}) ==
        "`range` stands instead of `from`");
  CHECK_FALSE(wrong({{"range", "a week"}}).empty());
  CHECK(wrong({{"range", "401d"}}) == "the range is longer than 400 days");
  CHECK(wrong({{"points", "1"}}) == "`points` is a number from 2 to 1000");
  CHECK(desk.get("/history", "shop", {{"from", "2025-11-01T00:00:00Z"}, {"points", "1000"}}));
}

namespace {

// Failed or good, with the evidence that makes the store keep it whole.
RunResult keepable(const Check& check, const std::string& region, WallTime ended, bool good) {
  test::RunSpec spec{.verdict = good ? RunVerdict::pass : RunVerdict::fail};
  RunResult run = test::make_run(check, RegionName{region}, ended, spec);
  RequestResult request;
  request.method = "GET";
  request.evidence.emplace();
  run.attempts.back().steps.back().requests.push_back(std::move(request));
  return run;
}

std::vector<std::string> told(const Result<Json>& answer) {
  std::vector<std::string> out;
  for (const Json& run : answer->at("results"))
    out.push_back(run.at("region").get<std::string>() + " " + run.at("verdict").get<std::string>() +
                  " " + run.at("started").get<std::string>().substr(11, 5));
  return out;
}

}  // namespace

TEST_CASE("GET results: the last good run before a time is found behind an outage",
          "[routes][results]") {
  Desk desk;
  const auto receive = [&](const std::string& region, RunVerdict verdict) {
    auto run =
        test::make_run(desk.shop, RegionName{region}, desk.clock.wall_now(), {.verdict = verdict});
    desk.turn.record(desk.turn.receive(std::move(run), "agent-1"));
    desk.run(minutes{5});
  };
  desk.run(minutes{1});
  receive("r01", RunVerdict::pass);
  receive("r01", RunVerdict::degraded);
  receive("r02", RunVerdict::pass);
  receive("r01", RunVerdict::unknown);
  for (int round = 0; round < 120; ++round) receive("r01", RunVerdict::fail);
  receive("r01", RunVerdict::pass);
  const auto good = [&](Query query) {
    query.insert(query.end(), {{"region", "r01"}, {"good", "1"}});
    return told(desk.get("/results", "shop", query));
  };
  using Texts = std::vector<std::string>;
  CHECK(good({{"limit", "1"}}) == Texts{"r01 pass 10:20"});
  CHECK(good({{"limit", "1"}, {"before", "2026-11-22T05:00:00Z"}}) == Texts{"r01 degraded 00:05"});
  CHECK(good({{"before", "2026-11-22T00:05:59.700Z"}}) == Texts{"r01 pass 00:00"});
  CHECK(good({{"before", "2026-11-22T00:00:00Z"}}).empty());
  CHECK(told(desk.get("/results", "shop", {{"failed", ""}, {"limit", "2"}})) ==
        Texts{"r01 fail 10:15", "r01 fail 10:10"});
  CHECK(desk.get("/results", "shop", {{"limit", "200"}})->at("results").size() == 125);
}

TEST_CASE("GET results says what is wrong", "[routes][results]") {
  Desk desk;
  CHECK(desk.get("/results", "nobody").error().code == ErrorCode::not_found);
  const auto both = desk.get("/results", "shop", {{"failed", ""}, {"good", ""}});
  CHECK(both.error().code == ErrorCode::invalid_argument);
  const auto before = desk.get("/results", "shop", {{"before", "yesterday"}});
  CHECK(before.error().code == ErrorCode::invalid_argument);
}

TEST_CASE("GET evidence: a good run of each region is kept behind any outage",
          "[routes][evidence]") {
  Desk desk;
  const auto receive = [&](const std::string& region, bool good) {
    auto run = keepable(desk.shop, region, desk.clock.wall_now(), good);
    desk.turn.record(desk.turn.receive(std::move(run), "agent-1"));
  };
  for (const char* region : {"r02", "r01"}) receive(region, true);
  desk.run(minutes{5});
  receive("r02", true);
  for (int round = 0; round < 120; ++round) {
    desk.run(minutes{5});
    receive("r01", false);
  }
  const auto good = desk.get("/evidence", "shop", {{"last_good", ""}, {"limit", "1"}});
  CHECK(told(good) == std::vector<std::string>{"r01 pass 23:59", "r02 pass 00:04"});
  const Json& step = good->at("results")[0].at("attempts")[0].at("steps")[0];
  CHECK(step.at("requests").back().contains("evidence"));
  const auto here = desk.get("/evidence", "shop", {{"last_good", "1"}, {"region", "r01"}});
  CHECK(told(here) == std::vector<std::string>{"r01 pass 23:59"});
  const auto failed = desk.get("/evidence", "shop", {{"region", "r01"}, {"limit", "2"}});
  CHECK(told(failed) == std::vector<std::string>{"r01 fail 10:04", "r01 fail 09:59"});
  CHECK(desk.get("/evidence", "plain", {{"last_good", ""}})->at("results").empty());
  CHECK(desk.get("/evidence", "nobody")->at("results").empty());
}
