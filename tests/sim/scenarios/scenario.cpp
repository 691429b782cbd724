#include "tests/sim/scenarios/scenario.h"

#include <catch2/catch.hpp>
#include <utility>

#include "common/core/log.h"
#include "common/model/schedule.h"

namespace picket::sim {
namespace {

struct QuietLogs {
  QuietLogs() { log::configure(log::Level::critical, log::Format::logfmt); }
};
const QuietLogs kQuiet;

const char* const kPagerHost = "events.pager.test";

}  // namespace

Scenario::Scenario(WorldOptions options) : world(std::move(options)) { world.run_for(minutes{20}); }

std::size_t Scenario::count(const std::string& action) {
  std::size_t n = 0;
  for (const auto& event : world.pager().events())
    n += event.taken && event.host == kPagerHost && event.action == action ? 1 : 0;
  return n;
}

std::vector<std::string> Scenario::pages() {
  std::vector<std::string> titles;
  for (const auto& incident : world.pager().incidents())
    if (incident.host == kPagerHost) titles.push_back(incident.summary);
  return titles;
}

Millis Scenario::delay_of(const std::string& action, WallTime from) {
  for (const auto& event : world.pager().events())
    if (event.taken && event.host == kPagerHost && event.action == action && event.at >= from)
      return event.at - from;
  return Millis{-1};
}

std::vector<controller::IncidentRow> Scenario::open() {
  auto rows = world.store().open_incidents();
  REQUIRE(rows.has_value());
  std::erase_if(*rows, [](const auto& row) { return row.state == IncidentState::suspected; });
  return *rows;
}

int Scenario::slots(const Check& check, WallTime from, controller::LedgerCode code) {
  int found = 0;
  for (WallTime round = round_start(from, check.interval) + check.interval;
       round_close(round, check.interval, run_limit(check)) + Seconds{5} < now();
       round = round + check.interval)
    for (const RegionName& region : world.regions()) {
      const auto& ledger = world.controller()->turn().ledger();
      found += ledger.state({check.name, region, round}, check.interval) == code ? 1 : 0;
    }
  return found;
}

void Scenario::finish() {
  world.heal();
  world.run_for(minutes{40});
  world.judge_end();
  CHECK(world.violations() == std::vector<std::string>{});
  CHECK(world.pager().open().empty());
  CHECK(open().empty());
}

void tell_of_a_blind_region(FailureKind kind) {
  WorldOptions options{23, 12, {}};
  for (int i = 0; i < 10; ++i)
    options.checks.push_back(make_host_check("service-" + std::to_string(i), minutes{5}));
  options.fleet_receivers = {"pagerduty/main"};
  Scenario story{options};
  const RegionName region = story.world.regions()[4];
  bool cut = true;
  int host = 0;
  story.world.site().twist = [&](const RegionName& of, const http::Request&,
                                 http::Exchange& exchange) {
    if (cut && of == region) {
      exchange.failure = Failure{kind, "nothing comes back", {}};
      exchange.remote_address.clear();
    } else {
      exchange.remote_address = "203.0.113." + std::to_string(++host % 200) + ":443";
    }
  };
  const WallTime fault = story.now();
  story.world.run_for(minutes{30});
  REQUIRE(story.pages().size() == 1);
  CHECK(story.pages().front().find("region " + region.value + " is blind") == 0);
  CHECK(story.delay_of("trigger", fault) <= minutes{5});
  cut = false;
  story.world.run_for(minutes{15});
  CHECK(story.count("resolve") >= 1);
  CHECK(story.world.pager().open().empty());
  story.finish();
  CHECK(story.pages().size() == 1);
}

Check make_host_check(const std::string& name, Millis interval) {
  Check check = make_world_check(name, interval);
  std::get<HttpAction>(check.steps.front().action).url = "https://" + name + ".test/";
  return check;
}

Alert make_alert(const std::string& id, AlertCondition condition, Severity severity) {
  Alert alert = make_world_check("any", minutes{5}).alerts.front();
  alert.id = id;
  alert.condition = condition;
  alert.severity = severity;
  return alert;
}

}  // namespace picket::sim
