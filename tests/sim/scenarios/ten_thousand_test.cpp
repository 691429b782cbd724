#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

namespace {

constexpr int kChecks = 10'000;

// Of one region each, so that their incidents and not their runs are what there is much of.
sim::WorldOptions many_checks() {
  sim::WorldOptions options{33, 1, {}};
  for (int i = 0; i < kChecks; ++i)
    options.checks.push_back(sim::make_host_check("service-" + std::to_string(i), minutes{1}));
  return options;
}

bool is_storm(const sim::SimPagerDuty::Incident& incident) {
  return incident.summary.find("can be paged one by one") != std::string::npos;
}

// When PagerDuty opened incidents that are no storm, in order.
std::vector<WallTime> paged_one_by_one(sim::World& world) {
  std::vector<WallTime> times;
  for (const auto& incident : world.pager().incidents())
    if (incident.host == "events.pager.test" && !is_storm(incident))
      times.push_back(incident.opened);
  std::sort(times.begin(), times.end());
  return times;
}

}  // namespace

TEST_CASE("ten thousand incidents in a minute are a few pages and a storm", "[sim][long]") {
  sim::World world{many_checks()};
  bool down = false;
  world.site().twist = [&](const RegionName&, const http::Request& request,
                           http::Exchange& exchange) {
    exchange.remote_address = request.url;  // nothing in common
    if (down) exchange.status = 500;
  };
  world.run_for(minutes{3});
  down = true;
  world.run_for(minutes{3});
  std::size_t open_here = 0;
  const auto incidents = world.store().open_incidents();
  REQUIRE(incidents.has_value());
  for (const auto& incident : *incidents) open_here += incident.check.empty() ? 0 : 1;
  CHECK(open_here == kChecks);
  const std::vector<WallTime> paged = paged_one_by_one(world);
  CHECK(paged.size() >= 20);
  // Never more than twenty within a minute, whichever, give or take the delivery: the rest stands
  // in the storm's page.
  for (std::size_t i = 20; i < paged.size(); ++i) CHECK(paged[i] - paged[i - 20] > Seconds{55});
  CHECK(paged.size() <= 60);
  const auto open = world.pager().open();
  CHECK(std::count_if(open.begin(), open.end(), is_storm) == 1);
  down = false;
  world.run_for(minutes{15});
  CHECK(world.pager().open().empty());
  CHECK(world.violations() == std::vector<std::string>{});
}
