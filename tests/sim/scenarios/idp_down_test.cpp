#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

namespace {

// Forty checks that log in at one identity provider and then use a service of their own.
std::vector<Check> forty_checks() {
  std::vector<Check> checks;
  for (int i = 0; i < 40; ++i) {
    Check check = sim::make_host_check("service-" + std::to_string(i), minutes{5});
    check.steps.front().name = "use";
    Step login = check.steps.front();
    login.name = "log in";
    std::get<HttpAction>(login.action).url = "https://id.test/token";
    check.steps.insert(check.steps.begin(), login);
    check.single = false;
    checks.push_back(check);
  }
  return checks;
}

}  // namespace

TEST_CASE("a dead identity provider under forty checks is one page with members", "[sim][big]") {
  sim::Scenario story{{25, 12, forty_checks()}};
  bool down = true;
  story.world.site().twist = [&](const RegionName&, const http::Request& request,
                                 http::Exchange& exchange) {
    const bool login = request.url.find("//id.test/") != std::string::npos;
    exchange.remote_address = login ? "203.0.113.1:443" : "203.0.113.2:443";
    if (login && down) exchange.status = 503;
  };
  const WallTime fault = story.now();
  story.world.run_for(minutes{10});
  REQUIRE(story.pages().size() == 1);
  CHECK(story.delay_of("trigger", fault) <= Seconds{35});
  CHECK(story.pages().front().find("log in") != std::string::npos);
  const auto incidents = story.open();
  CHECK(incidents.size() == 40);
  int members = 0;
  for (const auto& incident : incidents) members += incident.parent.value.empty() ? 0 : 1;
  CHECK(members == 39);
  down = false;
  story.world.run_for(minutes{10});
  CHECK(story.world.pager().open().empty());
  CHECK(story.open().empty());
  story.finish();
  CHECK(story.pages().size() == 1);  // members whose rechecks were under way paged nobody
}
