// A turn over a store in memory under a clock that the test moves, and requests to offered routes.
// For tests of routes.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/async/task_group.h"
#include "controller/routes/offered_route.h"
#include "controller/turn/turn.h"
#include "tests/support/evaluation_world.h"
#include "tests/support/memory_store.h"
#include "tests/support/sim/sim_clock.h"

namespace picket::test {

using Query = std::vector<std::pair<std::string, std::string>>;

struct RouteDesk {
  std::unique_ptr<controller::Store> store{open_store()};
  boost::asio::io_context context;
  sim::SimClock clock{context.get_executor(), *parse_rfc3339("2026-11-22T00:00:00Z")};
  std::unique_ptr<async::BlockingPool> pool{async::create_inline_pool()};
  async::TaskGroup group{context.get_executor()};
  controller::Turn turn{{context.get_executor(), clock, *pool, *store},
                        controller::IncidentBook{controller::BookSettings{.install_id = "install"}},
                        controller::TurnOptions{}};

  RouteDesk() {
    REQUIRE(turn.restore().has_value());
    group.spawn("commit", turn.commit_loop());
    group.spawn("timers", turn.timer_loop());
  }

  void define(const Check& check) {
    turn.record(controller::CheckDefined{check, Revision{std::string(64, '1')}, make_regions(2)});
  }
  void run(Nanos span) { sim::run_for(context, clock, span); }

  // Asks the one route whose path ends so.
  Result<nlohmann::json> get(const std::vector<controller::OfferedRoute>& routes,
                             std::string_view tail, const std::string& segment, Query query = {}) {
    controller::ServerRequest request;
    request.query = std::move(query);
    std::optional<Result<std::string>> answer;
    for (const controller::OfferedRoute& route : routes)
      if (route.path.ends_with(tail))
        group.spawn("get", ask(route, std::move(request), segment, answer));
    run(Seconds{1});
    REQUIRE(answer.has_value());
    if (!*answer) return fail(answer->error());
    return nlohmann::json::parse(**answer);
  }

 private:
  static async::Task<void> ask(controller::OfferedRoute route, controller::ServerRequest request,
                               std::string segment, std::optional<Result<std::string>>& into) {
    into = co_await route.handler(std::move(request), std::move(segment));
  }
};

}  // namespace picket::test
