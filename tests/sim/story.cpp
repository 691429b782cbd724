#include "tests/sim/story.h"

#include <fmt/format.h>

#include <cstdio>

#include "tests/sim/history.h"
#include "tests/support/sim/world.h"

namespace picket::sim {
namespace {

class Story {
 public:
  explicit Story(const StoryOptions& options)
      : options_(options), random_(options.seed), world_({options.seed, 12, {}}) {}

  StoryOutcome tell();

 private:
  void turn();
  void change_site();
  void change_network();
  void change_pager();
  void kill_something();
  void restart_something();
  RegionName any_region() { return world_.regions()[random_.below(world_.regions().size())]; }
  void say(const std::string& what);

  StoryOptions options_;
  Random random_;
  World world_;
  int kills_{0};
};

void Story::say(const std::string& what) {
  if (options_.print)
    std::printf("%s %s\n", render_rfc3339(world_.timeline().wall_now()).c_str(), what.c_str());
}

void Story::change_site() {
  SimSite& site = world_.site();
  switch (random_.below(5)) {
    case 0: site.down = true; return say("site down");
    case 1: site.down_in.insert(any_region()); return say("site down in one region");
    case 2: site.silent_in.insert(any_region()); return say("site silent in one region");
    case 3: site.flaky = 0.05; return say("site flaky");
    default: site = SimSite{}; return say("site well");
  }
}

void Story::change_network() {
  LinkWeather weather;
  if (random_.chance(0.5)) {
    weather.loss = random_.unit() * 0.2;
    weather.duplication = random_.unit() * 0.2;
    weather.delay_max = Millis{60 + static_cast<int>(random_.below(2000))};
  }
  world_.set_weather(weather);
  const auto index = random_.below(world_.regions().size());
  if (SimLink* link = world_.link(index); link != nullptr && random_.chance(0.3))
    (random_.chance(0.5) ? link->weather.cut_up : link->weather.cut_down) = true;
  say(fmt::format("network loss {:.2f}", weather.loss));
}

void Story::change_pager() {
  PagerFault fault;
  using Kind = PagerFault::Kind;
  constexpr Kind kKinds[] = {Kind::refused,          Kind::throttle,    Kind::error,
                             Kind::accept_then_hang, Kind::accept_late, Kind::hang,
                             Kind::captive_portal};
  fault.kind = kKinds[random_.below(std::size(kKinds))];
  fault.seconds = 1 + static_cast<int>(random_.below(20));
  world_.pager().script("events.pager.test", fault, 1 + static_cast<int>(random_.below(6)));
  say("PagerDuty misbehaves");
}

void Story::kill_something() {
  ++kills_;
  if (random_.chance(0.4)) {
    world_.kill_controller();
    return say("controller killed");
  }
  world_.kill_agent(random_.below(world_.regions().size()), random_.chance(0.3));
  say("agent killed");
}

void Story::restart_something() {
  if (!world_.controller_runs()) {
    world_.start_controller();
    return say("controller starts");
  }
  for (std::size_t i = 0; i < world_.regions().size(); ++i) {
    if (world_.agent_runs(i)) continue;
    world_.start_agent(i);
    return say("agent starts");
  }
}

void Story::turn() {
  const auto roll = random_.below(100);
  if (roll < 25) return change_site();
  if (roll < 45) return change_network();
  if (roll < 55) return change_pager();
  if (roll < 70) return kill_something();
  restart_something();
}

StoryOutcome Story::tell() {
  world_.run_for(minutes{10});
  const MonoTime end = world_.timeline().now() + options_.length;
  while (world_.timeline().now() < end) {
    world_.run_for(random_.between(Seconds{5}, minutes{20}));
    turn();
  }
  world_.heal();
  say("everything heals");
  // Offline regions count again after ten stable minutes; then one round and its confirmation.
  world_.run_for(minutes{40});
  world_.judge_end();
  StoryOutcome outcome;
  outcome.violations = world_.violations();
  outcome.trace_hash = world_.trace_hash();
  outcome.runs = world_.acknowledged().size();
  for (const auto& event : world_.pager().events()) outcome.pages += event.taken ? 1 : 0;
  outcome.incidents = world_.pager().incidents().size();
  outcome.kills = kills_;
  if (options_.history)
    outcome.history = history_of(world_, fmt::format("simulation {}", options_.seed));
  return outcome;
}

}  // namespace

StoryOutcome tell_story(const StoryOptions& options) {
  Story story{options};
  return story.tell();
}

}  // namespace picket::sim
