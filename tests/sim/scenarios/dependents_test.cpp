#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

TEST_CASE("what depends on a check recovers with it and pages nobody", "[sim]") {
  std::vector<Check> checks{sim::make_host_check("sso-login", minutes{5})};
  for (int i = 0; i < 6; ++i) {
    Check check = sim::make_host_check("service-" + std::to_string(i), minutes{5});
    check.depends_on = {checks.front().name};
    checks.push_back(check);
  }
  sim::Scenario story{{41, 4, checks}};
  bool login_down = true;
  bool services_down = false;
  story.world.site().twist = [&](const RegionName&, const http::Request& request,
                                 http::Exchange& exchange) {
    const bool login = request.url.find("//sso-login.test/") != std::string::npos;
    const auto service = request.url.find("//service-");
    // Addresses of their own: no common cause.
    const char place = service == std::string::npos ? '9' : request.url[service + 10];
    exchange.remote_address = std::string{"203.0.113.1"} + place + ":443";
    if (login ? login_down : services_down) exchange.status = 503;
  };
  story.world.run_for(minutes{10});
  REQUIRE(story.pages().size() == 1);
  services_down = true;
  story.world.run_for(minutes{10});
  CHECK(story.open().size() == 7);
  CHECK(story.pages().size() == 1);
  login_down = services_down = false;
  story.world.run_for(minutes{10});
  CHECK(story.open().empty());
  story.finish();
  CHECK(story.pages().size() == 1);
}
