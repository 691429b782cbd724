#include "tests/oracle/random_scene.h"

#include "tests/support/evaluation_world.h"

namespace picket::oracle {
namespace {

using namespace picket::controller;

struct Start {
  const char* at;
  const char* timezone;
};
// A usual night; clocks that go back and forward by an hour and by half an hour; a leap day.
constexpr Start kStarts[] = {{"2026-11-22T02:30:37Z", "Europe/Berlin"},
                             {"2026-11-22T02:30:37Z", "Asia/Kolkata"},
                             {"2026-10-25T00:10:11Z", "Europe/Berlin"},
                             {"2026-03-29T00:20:05Z", "Europe/Berlin"},
                             {"2026-11-01T05:15:00Z", "America/New_York"},
                             {"2026-03-08T06:25:59Z", "America/New_York"},
                             {"2026-04-04T14:20:00Z", "Australia/Lord_Howe"},
                             {"2026-10-03T14:50:30Z", "Australia/Lord_Howe"},
                             {"2028-02-28T23:30:00Z", "UTC"}};

BookSettings make_settings(Random& random) {
  BookSettings settings{.install_id = "oracle"};
  settings.routes.receivers = {{"pagerduty/a", R"({"kind":"pagerduty"})"},
                               {"pagerduty/b", R"({"kind":"pagerduty"})"},
                               {"pagerduty/boss", R"({"kind":"pagerduty"})"}};
  settings.routes.default_receiver = "pagerduty/a";
  if (random.chance(0.4))
    settings.routes.escalations["pagerduty/a"] = {
        random.between(minutes{1}, minutes{10}),
        random.chance(0.5) ? "pagerduty/boss" : "pagerduty/b"};
  if (random.chance(0.2))
    settings.routes.escalations["pagerduty/b"] = {minutes{5}, "pagerduty/boss"};
  if (random.chance(0.1))
    settings.routes.escalations["pagerduty/boss"] = {minutes{5}, "pagerduty/a"};
  return settings;
}

// Odd facts, without any failure.
void show_otherwise(Random& random, Fault& fault) {
  constexpr const char* kEtags[] = {"b", "c", "-"};
  constexpr const char* kPops[] = {"FRA", "IAD", "NRT", "XXX", ""};
  fault.verdict = RunVerdict::pass;
  fault.etag = kEtags[random.below(3)];
  fault.pop = kPops[random.below(5)];
}

}  // namespace

Scene make_scene(Random& random, std::size_t events) {
  Scene scene;
  const Start& start = kStarts[random.below(std::size(kStarts))];
  scene.start = *parse_rfc3339(start.at);
  scene.timezone = start.timezone;
  scene.settings = make_settings(random);
  scene.events = events;
  scene.regions = test::make_regions(static_cast<int>(1 + random.below(6)));
  const auto kind = random.below(100);
  if (kind < 6) scene.pace = 12;
  if (kind < 94) return scene;
  scene.crowd = 24 + random.below(16);
  scene.events = events * 7;
  scene.regions = test::make_regions(static_cast<int>(1 + random.below(2)));
  return scene;
}

Fault make_fault(Random& random, const Scene& scene, WallTime now) {
  const auto some = [&](std::int64_t low_ms, std::int64_t high_ms) {
    return random.between(Millis{low_ms}, Millis{high_ms}) * scene.pace;
  };
  Fault fault;
  const bool long_one = scene.crowd == 0 && random.chance(0.3);
  fault.until = now + some(20'000, long_one ? 3'600'000 : scene.crowd == 0 ? 900'000 : 300'000);
  const bool global = scene.crowd != 0 || random.chance(0.45);
  const bool lonely = random.chance(0.5);
  for (const RegionName& name : scene.regions)
    if (global || (!lonely && random.chance(0.5))) fault.regions.insert(name);
  if (fault.regions.empty()) fault.regions = {scene.regions[random.below(scene.regions.size())]};
  const auto kind = random.below(scene.crowd == 0 ? 12 : 6);
  if (kind == 6) fault.verdict = RunVerdict::pass_on_retry;
  if (kind == 7) fault.verdict = RunVerdict::degraded;
  if (kind == 8) fault.verdict = RunVerdict::unknown;
  if (kind == 9) fault.verdict = RunVerdict::pass;  // only slow
  if (kind > 9) show_otherwise(random, fault);
  if (kind == 7 || kind == 9) fault.longer = random.between(Millis{500}, Millis{4'000});
  if (random.chance(0.4)) fault.chance = 0.3 + 0.6 * random.unit();
  if (random.chance(0.3)) fault.status = 503;
  if (random.chance(0.25)) {
    fault.period =
        Millis{random.chance(0.5) ? 60'000 : 300'000} * (1 + random.below(2)) * scene.pace;
    fault.until = fault.until + minutes{30} * scene.pace;
  }
  return fault;
}

void add_facts(RunResult& run, const std::string& etag, const std::string& pop) {
  for (StepResult& step : run.attempts.back().steps) {
    if (etag != "-") step.facts.push_back({"etag", Value{etag}});
    if (!pop.empty()) step.facts.push_back({"pop", Value{pop}});
  }
}

std::map<RegionName, std::string> make_continents(const std::vector<RegionName>& regions) {
  std::map<RegionName, std::string> out;
  for (std::size_t i = 0; i < regions.size(); ++i)
    if (i % 3 != 2) out[regions[i]] = i % 3 == 0 ? "EU" : "NA";
  return out;
}

}  // namespace picket::oracle
