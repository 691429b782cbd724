#include "tests/oracle/random_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "common/core/digest.h"
#include "common/core/random.h"
#include "common/model/schedule.h"
#include "tests/oracle/bare_turn.h"
#include "tests/oracle/random_definition.h"
#include "tests/oracle/random_scene.h"
#include "tests/support/evaluation_world.h"

namespace picket::oracle {
namespace {

using namespace picket::controller;

struct Watched {
  Check check;
  std::vector<RegionName> regions;
  int generation{0};  // of its schedule
};

class Story {
 public:
  explicit Story(const HistoryOptions& options)
      : options_(options),
        random_(options.seed),
        scene_(make_scene(random_, options.events)),
        turn_(scene_.settings, fmt::format("random {}", options.seed), scene_.start),
        regions_(scene_.regions) {}

  std::string tell();

 private:
  using Plan = std::function<void()>;
  void at(WallTime when, Plan plan) { plans_.emplace(when, std::move(plan)); }
  void in(Millis span, Plan plan) { at(turn_.now() + span, std::move(plan)); }
  // As long as the scene's pace makes it.
  Millis lull(std::int64_t low_ms, std::int64_t high_ms) {
    return some(low_ms, high_ms) * scene_.pace;
  }
  Millis some(std::int64_t low_ms, std::int64_t high_ms) {
    return random_.between(Millis{low_ms}, Millis{high_ms});
  }

  void define(const std::string& name);
  void schedule(const std::string& name);
  void look_each_round(const std::string& name, const RegionName& region, int generation);
  // An ordered run is of the round of its order.
  void run(const std::string& name, const RegionName& region, RunKind kind, std::uint32_t ordinal,
           std::optional<WallTime> round = std::nullopt);
  void deliver(const RegionName& region, RunResult run);
  test::RunSpec spec_of(const Check& check, const RegionName& region);
  void tell_attempt(const Check& check, const RegionName& region, const test::RunSpec& spec);
  void take_orders();
  void turn_of_fate();
  void begin_fault();
  void lose_region();
  void redefine();
  void silence();
  void stop_controller();
  void acknowledge();
  void miss();
  void change_receivers();
  RegionName region() { return regions_[random_.below(regions_.size())]; }
  std::string some_check() { return names_[random_.below(names_.size())]; }

  HistoryOptions options_;
  Random random_;
  Scene scene_;
  BareTurn turn_;
  std::vector<RegionName> regions_;
  std::vector<std::string> names_;
  std::map<std::string, Watched> watched_;
  std::multimap<WallTime, Plan> plans_;
  std::vector<Fault> faults_;
  std::set<RegionName> offline_;
  std::map<RegionName, std::vector<RunResult>> spooled_;
  std::optional<WallTime> calm_until_;         // no more fate: the end
  std::pair<std::string, std::string> shown_;  // by the run that is made: tag, point of presence
  int silences_{0};
};

std::string Story::tell() {
  names_ = {"alpha"};
  if (random_.chance(0.5)) names_.emplace_back("beta");
  while (names_.size() < scene_.crowd) names_.push_back(fmt::format("crowd-{}", names_.size()));
  for (const std::string& name : names_) define(name);
  in(lull(0, scene_.crowd == 0 ? 300'000 : 120'000), [this] { turn_of_fate(); });
  const bool quiet_end = random_.chance(0.7);
  while (!plans_.empty() && turn_.events() < scene_.events * 2) {
    if (!calm_until_ && turn_.events() >= scene_.events) {
      if (!quiet_end) break;
      faults_.clear();
      calm_until_ = turn_.now() + minutes{12} * scene_.pace;
    }
    const auto next = plans_.begin();
    if (calm_until_ && next->first > *calm_until_) break;
    const Plan plan = std::move(next->second);
    turn_.pass_time(std::max(turn_.now(), next->first));
    plans_.erase(next);
    plan();
    take_orders();
  }
  turn_.pass_time(turn_.now() + lull(0, 1'200'000));
  turn_.finish();
  return turn_.lines();
}

void Story::define(const std::string& name) {
  const std::string other = name == "beta" && random_.chance(0.4) ? "alpha" : "";
  Watched& watched = watched_[name];
  watched.check = scene_.crowd == 0
                      ? make_definition(random_, name, other, {turn_.now(), scene_.timezone})
                      : make_plain_definition(random_, name);
  watched.check.interval *= scene_.pace;
  watched.regions = regions_;
  if (watched.regions.size() > 1 && random_.chance(0.3)) watched.regions.pop_back();
  const Revision revision{sha256_hex(std::to_string(turn_.events()))};
  turn_.record(
      CheckDefined{watched.check, revision, watched.regions, make_continents(watched.regions)});
  schedule(name);
}

// Every region looks once an interval, at its place in it.
void Story::schedule(const std::string& name) {
  Watched& watched = watched_.at(name);
  const int generation = ++watched.generation;
  const Millis interval = watched.check.interval;
  for (std::size_t i = 0; i < watched.regions.size(); ++i) {
    const Millis phase = phase_of(watched.check.name, i, watched.regions.size(), interval);
    WallTime first = round_start(turn_.now(), interval) + phase;
    if (first < turn_.now()) first = first + interval;
    at(first, [this, name, region = watched.regions[i], generation] {
      look_each_round(name, region, generation);
    });
  }
}

void Story::look_each_round(const std::string& name, const RegionName& region, int generation) {
  const auto watched = watched_.find(name);
  if (watched == watched_.end() || watched->second.generation != generation) return;
  const Check& check = watched->second.check;
  in(check.interval,
     [this, name, region, generation] { look_each_round(name, region, generation); });
  const auto& paused = check.paused;
  const bool rests = paused && (!paused->until || turn_.now() < *paused->until);
  if (offline_.contains(region) ? random_.chance(0.7) : random_.chance(rests ? 0.95 : 0.02)) return;
  run(name, region, RunKind::scheduled, 0);
}

test::RunSpec Story::spec_of(const Check& check, const RegionName& region) {
  test::RunSpec spec;
  spec.lasted = some(100, 1'400);
  if (random_.chance(0.02)) spec.verdict = RunVerdict::fail;
  if (random_.chance(0.02)) spec.verdict = RunVerdict::unknown;
  if (random_.chance(0.03)) spec.verdict = RunVerdict::degraded;
  const WallTime now = turn_.now();
  shown_ = {"a", region == regions_.front() ? "FRA" : "IAD"};
  for (const Fault& fault : faults_) {
    if (fault.until < now || !fault.regions.contains(region)) continue;
    if (!fault.check.empty() && fault.check != check.name) continue;
    const bool rests = fault.period.count() != 0 && now.unix_ms() / fault.period.count() % 2 == 0;
    if (rests || !random_.chance(fault.chance)) continue;
    if (!fault.etag.empty()) shown_ = {fault.etag, fault.pop};
    spec.verdict = fault.verdict;
    spec.status = fault.status;
    spec.lasted += fault.longer;
  }
  return spec;
}

void Story::run(const std::string& name, const RegionName& region, RunKind kind,
                std::uint32_t ordinal, std::optional<WallTime> round) {
  const auto watched = watched_.find(name);
  if (watched == watched_.end()) return;
  const Check check = watched->second.check;
  test::RunSpec spec = spec_of(check, region);
  spec.kind = kind;
  spec.ordinal = ordinal;
  const bool bad = spec.verdict == RunVerdict::fail || spec.verdict == RunVerdict::pass_on_retry;
  if (bad && kind == RunKind::scheduled && random_.chance(0.8)) tell_attempt(check, region, spec);
  in(spec.lasted + Millis{1}, [this, check, region, spec, round, shown = shown_] {
    RunResult result = test::make_run(check, region, turn_.now(), spec);
    add_facts(result, shown.first, shown.second);
    if (round) result.key.round = *round;
    const bool again = random_.chance(0.02);
    const Millis delay = random_.chance(0.03) ? some(1'000, 600'000) : Millis{0};
    in(delay, [this, region, result] { deliver(region, result); });
    if (again) in(some(1, 60'000), [this, region, result] { deliver(region, result); });
  });
}

void Story::tell_attempt(const Check& check, const RegionName& region, const test::RunSpec& spec) {
  AttemptFailed attempt;
  attempt.failure.status = spec.status;
  attempt.failure.step = spec.step;
  attempt.failure.kind = FailureKind::http_status;
  attempt.key = {check.name, region, round_start(turn_.now(), check.interval), spec.kind, 0};
  const Millis after = random_.chance(0.9) ? spec.lasted / 2 : some(1'000, 400'000);
  in(after, [this, attempt, region]() mutable {
    if (offline_.contains(region)) return;
    attempt.at = turn_.now();
    turn_.record(AttemptFailedReceived{attempt, "agent-1"});
  });
}

void Story::deliver(const RegionName& region, RunResult run) {
  if (offline_.contains(region))
    spooled_[region].push_back(std::move(run));
  else
    turn_.receive(std::move(run));
}

void Story::take_orders() {
  for (const RunRequest& order : turn_.take_orders()) {
    if (random_.chance(0.1)) continue;
    in(some(50, 3'000), [this, order] {
      if (!offline_.contains(order.region))
        run(order.check.value, order.region, order.kind, order.ordinal, order.round);
    });
  }
}

void Story::turn_of_fate() {
  if (calm_until_) return;
  const auto kind = random_.below(100);
  if (kind < 45)
    begin_fault();
  else if (kind < 57)
    lose_region();
  else if (kind < 63)
    turn_.record(RegionSight{region(), random_.chance(0.5)});
  else if (kind < 71)
    redefine();
  else if (kind < 79)
    silence();
  else if (kind < 84)
    stop_controller();
  else if (kind < 90)
    acknowledge();
  else if (kind < 94)
    miss();
  else if (kind < 97)
    change_receivers();
  else
    in(some(0, 30'000), [this] { run(some_check(), region(), RunKind::manual, 1); });
  in(lull(5'000, random_.chance(0.3) ? 1'200'000 : 240'000), [this] { turn_of_fate(); });
}

void Story::begin_fault() {
  Fault fault = make_fault(random_, scene_, turn_.now());
  if (random_.chance(scene_.crowd == 0 ? 0.4 : 0.1)) fault.check = CheckName{some_check()};
  faults_.push_back(std::move(fault));
  // Of many checks that fails: some storms are to see a start.
  if (scene_.crowd != 0 && random_.chance(0.3))
    in(some(20'000, 180'000), [this] { stop_controller(); });
}

void Story::lose_region() {
  std::vector<RegionName> lost = random_.chance(0.25) ? regions_ : std::vector{region()};
  for (const RegionName& name : lost) {
    if (!offline_.insert(name).second) continue;
    turn_.record(RegionLiveness{name, false});
    in(lull(10'000, 1'200'000), [this, name] {
      offline_.erase(name);
      turn_.record(RegionLiveness{name, true});
      for (RunResult& run : std::exchange(spooled_[name], {})) turn_.receive(std::move(run));
    });
  }
}

void Story::redefine() {
  const std::string name = some_check();
  if (watched_.contains(name) && random_.chance(0.12)) {
    watched_.erase(name);
    turn_.record(CheckRemoved{CheckName{name}});
  } else if (watched_.contains(name) && random_.chance(0.5)) {
    Watched& watched = watched_.at(name);  // the same, but for one thing
    watched.check.paused.reset();
    watched.check.shadow = false;
    if (random_.chance(0.3)) watched.check.notify = {"pagerduty/a", "pagerduty/b"};
    if (random_.chance(0.3)) watched.check.paused = Paused{turn_.now() + minutes{7}, "work"};
    turn_.record(CheckDefined{watched.check, Revision{sha256_hex("again")}, watched.regions,
                              make_continents(watched.regions)});
  } else {
    define(name);
  }
}

void Story::silence() {
  if (silences_ > 0 && random_.chance(0.3)) {
    turn_.record(SilenceEnded{
        fmt::format("s{}", 1 + random_.below(static_cast<std::uint64_t>(silences_))), "somebody"});
    return;
  }
  Silence silence;
  const bool replaces = silences_ > 0 && random_.chance(0.2);
  silence.id = fmt::format("s{}", replaces ? silences_ : ++silences_);
  const char* matchers[] = {"check=alpha",     "check=~b.*",  "severity=critical", "condition=down",
                            "owner=team-shop", "alert!=down", "condition!~d.*n"};
  silence.matchers = {*parse_silence_matcher(matchers[random_.below(7)])};
  silence.author = "somebody";
  silence.comment = "work";
  silence.created = turn_.now();
  silence.from = turn_.now() + (random_.chance(0.7) ? Millis{0} : some(0, 600'000));
  silence.until = silence.from + lull(30'000, 1'800'000);
  turn_.record(SilenceSet{silence});
}

// What agents would have said meanwhile arrives after the start.
void Story::stop_controller() {
  turn_.restart(turn_.now() + some(1'000, random_.chance(0.3) ? 2'400'000 : 120'000));
}

void Story::acknowledge() {
  const auto open = turn_.unresolved();
  if (!open.empty()) turn_.acknowledge(open[random_.below(open.size())].id);
}

void Story::miss() {
  const auto watched = watched_.find(some_check());
  if (watched == watched_.end()) return;
  const Check& check = watched->second.check;
  constexpr MissReason kReasons[] = {MissReason::offline, MissReason::overloaded,
                                     MissReason::no_definition, MissReason::clock};
  const WallTime round = round_start(turn_.now(), check.interval);
  turn_.record(
      MissedReceived{{check.name, round, kReasons[random_.below(4)]}, region(), "agent-1"});
}

void Story::change_receivers() {
  Routes routes = scene_.settings.routes;
  if (random_.chance(0.2)) routes.escalations.clear();
  if (random_.chance(0.4))
    routes.receivers.erase(random_.chance(0.5) ? "pagerduty/a" : "pagerduty/b");
  if (random_.chance(0.4)) routes.receivers["pagerduty/nobody"] = R"({"kind":"pagerduty"})";
  if (random_.chance(0.2)) routes.default_receiver.clear();
  turn_.set_routes(std::move(routes));
}

}  // namespace

std::string make_history(const HistoryOptions& options) { return Story{options}.tell(); }

}  // namespace picket::oracle
