#include "controller/health/conditions.h"

#include <catch2/catch.hpp>
#include <functional>

using namespace picket;
using namespace picket::controller;

namespace {

constexpr std::uint64_t kGiB = 1024ULL * 1024 * 1024;
const WallTime kNow = WallTime::from_unix_ms(1'800'000'000'000);
const AgentId kAgent{RegionName{"eu-west-1"}, "a"};

struct Row {
  std::string what;
  std::function<void(HealthSample&)> make;
  std::string found;  // "cause.level", empty: nothing
  std::string says;   // part of the title
};

void disk(HealthSample& sample, std::uint64_t size, std::uint64_t free) {
  sample.disk = DiskSpace{"/var/lib/picket", size, free};
}

Row server_certificate(const std::string& what, Millis left, const std::string& found) {
  return {what, [left](HealthSample& s) { s.server_until = kNow + left; }, found,
          found.empty() ? "" : "restart the controller"};
}

Row agent_certificate(const std::string& what, Millis left, const std::string& found) {
  return {what, [left](HealthSample& s) { s.agents_until[kAgent] = kNow + left; }, found,
          found.empty() ? "" : "eu-west-1/a"};
}

Row late_runs(const std::string& what, Lateness seen, const std::string& found) {
  return {what, [seen](HealthSample& s) { s.lateness = seen; }, found, ""};
}

const Row kTable[] = {
    {"a fresh controller", [](HealthSample&) {}, "", ""},
    {"commits fail", [](HealthSample& s) { s.trouble = "disk_full: no space"; },
     "database.critical", "disk_full: no space"},

    {"a disk with space", [](HealthSample& s) { disk(s, 100 * kGiB, 11 * kGiB); }, "", ""},
    {"less than a tenth", [](HealthSample& s) { disk(s, 100 * kGiB, 9 * kGiB); }, "disk.warning",
     "9216 MiB are left on the disk of /var/lib/picket"},
    {"less than a twentieth", [](HealthSample& s) { disk(s, 10 * kGiB, kGiB / 4); }, "disk.error",
     "256 MiB"},
    {"a twentieth of a large disk is plenty",
     [](HealthSample& s) { disk(s, 10'000 * kGiB, 400 * kGiB); }, "", ""},
    {"a large disk that is nearly full", [](HealthSample& s) { disk(s, 10'000 * kGiB, 4 * kGiB); },
     "disk.error", ""},
    {"a disk that cannot be read", [](HealthSample& s) { disk(s, 0, 0); }, "", ""},

    {"agents say that the controller is behind",
     [](HealthSample& s) {
       for (const char* name : {"a", "b", "c"})
         s.clocks[{RegionName{"eu-west-1"}, name}] = Seconds{90};
     },
     "clock-controller.error", "behind those of most agents"},
    {"one agent is ahead", [](HealthSample& s) { s.clocks[kAgent] = Seconds{90}; },
     "clock-agents.warning", "eu-west-1/a are off by up to 1 min 30 s"},

    server_certificate("a certificate for 31 days", hours{31 * 24}, ""),
    server_certificate("for less than 30", hours{30 * 24 - 1}, "certificate-server.30d"),
    server_certificate("for less than 14", hours{14 * 24 - 1}, "certificate-server.14d"),
    server_certificate("for less than 7", hours{7 * 24 - 1}, "certificate-server.7d"),
    server_certificate("for less than a day", hours{23}, "certificate-server.1d"),
    server_certificate("for no time at all", hours{-1}, "certificate-server.1d"),
    {"the authority's own", [](HealthSample& s) { s.authority_until = kNow + hours{5 * 24}; },
     "certificate-authority.7d", "expires in 5 days"},
    agent_certificate("an agent renews a month before the end", hours{28 * 24}, ""),
    agent_certificate("it should have by now", hours{20 * 24}, "certificate-agents.30d"),
    agent_certificate("it cannot come in tomorrow", hours{20}, "certificate-agents.1d"),

    {"an agent has just been told", [](HealthSample& s) { s.behind[kAgent] = minutes{9}; }, "", ""},
    {"it still runs the old ones", [](HealthSample& s) { s.behind[kAgent] = minutes{10}; },
     "definitions.warning", "eu-west-1/a run old definitions for more than 10m"},

    late_runs("all is punctual", {1000, 0, 0}, ""),
    late_runs("one in a hundred", {1000, 10, 0}, ""),
    late_runs("more than that", {1000, 11, 0}, "schedule.warning"),
    late_runs("two of three say nothing", {3, 2, 0}, ""),
    late_runs("slots were missed for want of capacity", {100, 0, 20}, "schedule.error"),

    {"a page that is a moment old",
     [](HealthSample& s) {
       s.delivery = {1, Seconds{59}, "p", ""};
     },
     "", ""},
    {"its fallback has it",
     [](HealthSample& s) {
       s.delivery = {1, Seconds{60}, "pagerduty/a", "HTTP 500"};
     },
     "delivery.warning", "pagerduty/a does not take pages for 1 min"},
    {"nobody has it",
     [](HealthSample& s) {
       s.delivery = {1, Seconds{60}, "pagerduty/a", "HTTP 500", Seconds{60}, "pagerduty/a"};
     },
     "delivery.error", "no fallback has it: HTTP 500"},

    {"a few events wait",
     [](HealthSample& s) {
       s.events_waiting = 99;
       s.events_waiting_max = 200;
     },
     "", ""},
    {"half of what may wait does",
     [](HealthSample& s) {
       s.events_waiting = 100;
       s.events_waiting_max = 200;
     },
     "overload.error", "100 events wait"},
    {"one beat failed", [](HealthSample& s) { s.beats_failing = minutes{1}; }, "", ""},
    {"beats fail", [](HealthSample& s) { s.beats_failing = minutes{3}; }, "dead-man.warning", ""},
};

}  // namespace

TEST_CASE("what is wrong with the controller, from its numbers", "[health]") {
  for (const Row& row : kTable) {
    INFO(row.what);
    HealthSample sample;
    sample.now = kNow;
    row.make(sample);
    const auto found = find_conditions(sample, HealthSettings{});
    CHECK(found.size() == (row.found.empty() ? 0U : 1U));
    if (found.empty()) continue;
    CHECK(found[0].cause + "." + std::string{found[0].level} == row.found);
    CHECK(found[0].title.find("controller: ") == 0);
    CHECK_THAT(found[0].title, Catch::Contains(row.says));
    CHECK(find_health_level(found[0].level) != nullptr);
  }
}

TEST_CASE("thresholds of the configuration decide", "[health]") {
  HealthSample sample;
  sample.now = kNow;
  disk(sample, 100 * kGiB, 15 * kGiB);
  sample.behind[kAgent] = minutes{3};
  CHECK(find_conditions(sample, HealthSettings{}).empty());
  HealthSettings strict;
  strict.disk_warning_percent = 20;
  strict.definitions_behind = minutes{2};
  const auto found = find_conditions(sample, strict);
  REQUIRE(found.size() == 2);
  CHECK(found[0].cause == "disk");
  CHECK(found[1].cause == "definitions");
}
