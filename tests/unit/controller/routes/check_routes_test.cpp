#include "controller/routes/check_routes.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/async/task_group.h"
#include "tests/support/evaluation_world.h"
#include "tests/support/sim/sim_clock.h"

using namespace picket;
using namespace picket::controller;
using Json = nlohmann::json;

namespace {

const WallTime kStart = *parse_rfc3339("2026-11-22T00:00:00Z");

// The routes over a turn of two checks, of which `shop` has an objective.
struct Desk {
  std::unique_ptr<Store> store{std::move(Store::open(StoreOptions{.path = ":memory:"}).value())};
  boost::asio::io_context context;
  sim::SimClock clock{context.get_executor(), kStart};
  std::unique_ptr<async::BlockingPool> pool{async::create_inline_pool()};
  async::TaskGroup group{context.get_executor()};
  Turn turn{{context.get_executor(), clock, *pool, *store},
            IncidentBook{BookSettings{.install_id = "install"}},
            TurnOptions{}};
  CheckRoutes routes{{turn}};
  Check shop{test::make_check("shop")};

  Desk() {
    REQUIRE(turn.restore().has_value());
    group.spawn("commit", turn.commit_loop());
    group.spawn("timers", turn.timer_loop());
    shop.slo.emplace();
    for (const Check& check : {shop, test::make_check("plain")})
      turn.record(CheckDefined{check, Revision{std::string(64, '1')}, test::make_regions(2)});
  }
  void run(Nanos span) { sim::run_for(context, clock, span); }

  // One run that has just ended.
  void measure(int region, const test::RunSpec& spec) {
    const auto regions = test::make_regions(2);
    auto result = test::make_run(shop, regions.at(static_cast<std::size_t>(region) - 1),
                                 clock.wall_now(), spec);
    turn.record(turn.receive(std::move(result), "agent-1"));
  }

  Result<Json> get(const std::string& tail, const std::string& name,
                   std::vector<std::pair<std::string, std::string>> query = {}) {
    ServerRequest request;
    request.query = std::move(query);
    std::optional<Result<std::string>> answer;
    for (const OfferedRoute& route : routes.routes())
      if (route.path.ends_with(tail))
        group.spawn("get", ask(route, std::move(request), name, answer));
    run(Seconds{1});
    REQUIRE(answer.has_value());
    if (!*answer) return fail(answer->error());
    return Json::parse(**answer);
  }
  static async::Task<void> ask(const OfferedRoute& route, ServerRequest request, std::string name,
                               std::optional<Result<std::string>>& into) {
    auto handler = route.handler;
    into = co_await handler(std::move(request), std::move(name));
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
