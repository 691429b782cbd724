// Properties over random histories: the evaluator is a function of its events, whatever happens
// in between, and whatever the events are.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "common/core/digest.h"
#include "common/core/random.h"
#include "common/model/schedule.h"
#include "controller/evaluate/event_codec.h"
#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;

namespace {

using Trace = std::map<std::string, std::vector<std::string>>;

template <class... Args>
void add(Trace& trace, const std::string& stream, fmt::format_string<Args...> text,
         Args&&... args) {
  trace[stream].push_back(fmt::format(text, std::forward<Args>(args)...));
}

// Everything that follows, by check and kind: checks do not depend on each other's timing.
void record(Trace& trace, const Effects& e) {
  const auto stream = [](const CheckName& check, const char* kind) {
    return check.value + " " + kind;
  };
  for (const RunRequest& o : e.orders)
    add(trace, stream(o.check, "orders"), "{} {} {} {} {} {}", o.region.value, to_string(o.kind),
        o.round.unix_ms(), o.ordinal, o.reason, o.expires.unix_ms());
  for (const AlertTransition& t : e.transitions)
    add(trace, stream(t.check->name, "alerts"),
        "{} {} at {} round {} bad {} {} failing {} of {}: {}", t.alert.id, to_string(t.phase),
        t.at.unix_ms(), t.opening_round.unix_ms(), t.first_bad_run.unix_ms(), to_string(t.verdict),
        t.attribution.failing.size(), t.attribution.reporting, t.reason);
  for (const VerdictChange& v : e.verdicts)
    add(trace, stream(v.check, "verdicts"), "{} -> {} at {}", to_string(v.from), to_string(v.to),
        v.at.unix_ms());
  for (const RoundSummary& r : e.rounds) {
    std::string slots;
    for (const SlotOutcome& slot : r.slots)
      slots +=
          fmt::format(" {}:{}:{}", slot.region.value, to_string(slot.end), to_string(slot.verdict));
    add(trace, stream(r.check, "rounds"), "round {} closed {} {}{}", r.round.unix_ms(),
        r.closed.unix_ms(), to_string(r.verdict), slots);
  }
  for (const BudgetSpent& b : e.budgets)
    add(trace, stream(b.check, "budgets"), "refused {} at {}", b.refused, b.at.unix_ms());
}

Check random_definition(Random& random, const std::string& name) {
  Check check = test::make_check(name);
  check.interval = random.chance(0.7) ? Millis{300'000} : Millis{60'000};
  check.timeout = Millis{10'000};
  check.retries = static_cast<int>(random.below(2));
  const auto hold = random.chance(0.3) ? Millis{minutes{2}} : Millis{0};
  check.alerts = {test::make_alert("down", AlertCondition::down, hold),
                  test::make_alert("regional", AlertCondition::regional)};
  if (random.chance(0.5))
    check.alerts.push_back(test::make_alert("no_data", AlertCondition::no_data));
  if (random.chance(0.5))
    check.alerts.push_back(test::make_alert("slow", AlertCondition::degraded));
  if (random.chance(0.2)) {
    check.failing_x = 2;
    check.failing_y = 3;
  }
  if (random.chance(0.2)) check.quorum = {Quorum::Kind::majority, 0};
  return check;
}

class History {
 public:
  History(std::uint64_t seed, int length) : random_(seed) {
    for (const char* name : {"alpha", "beta"}) {
      checks_.push_back(random_definition(random_, name));
      define(checks_.back(), 5);
    }
    while (static_cast<int>(events.size()) < length) step();
  }

  std::vector<Event> events;

 private:
  void push(decltype(Event::what) what) { events.push_back({events.size() + 1, now_, what}); }

  void define(const Check& check, int regions) {
    const std::string revision = sha256_hex(std::to_string(events.size()));
    push(CheckDefined{check, Revision{revision}, test::make_regions(regions)});
  }

  Millis pause() {
    const auto kind = random_.below(10);
    if (kind < 6) return Millis{static_cast<std::int64_t>(random_.below(20'000))};
    if (kind < 9) return Millis{static_cast<std::int64_t>(random_.below(120'000))};
    return Millis{static_cast<std::int64_t>(random_.below(1'500'000))};
  }

  RegionName region() { return test::make_regions(5)[random_.below(5)]; }

  void run(const Check& check) {
    test::RunSpec spec;
    const bool outage = (now_.unix_ms() / 900'000) % 2 == 0;  // faults come and go by quarter hour
    const double bad = outage ? 0.9 : 0.05;
    spec.verdict = random_.chance(bad)    ? RunVerdict::fail
                   : random_.chance(0.15) ? RunVerdict::pass_on_retry
                   : random_.chance(0.2)  ? RunVerdict::degraded
                   : random_.chance(0.05) ? RunVerdict::unknown
                                          : RunVerdict::pass;
    const auto kind = random_.below(20);
    spec.kind = kind < 10   ? RunKind::scheduled
                : kind < 14 ? RunKind::confirmation
                : kind < 19 ? RunKind::recheck
                            : RunKind::manual;
    if (spec.kind != RunKind::scheduled) spec.ordinal = static_cast<std::uint32_t>(events.size());
    spec.lasted = Millis{static_cast<std::int64_t>(random_.below(12'000))};
    const Millis behind{random_.chance(0.1) ? random_.below(700'000) : 0};
    RunReceived received{test::make_run(check, region(), now_ - behind, spec), "agent-1"};
    received.late = random_.chance(0.03);
    received.superseded = random_.chance(0.03);
    push(received);
  }

  void step() {
    now_ = now_ + pause();
    Check& check = checks_[random_.below(checks_.size())];
    const auto kind = random_.below(100);
    if (kind < 80) {
      run(check);
    } else if (kind < 88) {
      AttemptFailed attempt{.at = now_};
      attempt.key = {check.name, region(), round_start(now_, check.interval), RunKind::scheduled,
                     0};
      attempt.revision = Revision{std::string(64, '1')};
      push(AttemptFailedReceived{attempt, "agent-1"});
    } else if (kind < 90) {
      push(MissedReceived{{check.name, round_start(now_, check.interval)}, region(), "agent-1"});
    } else if (kind < 94) {
      const bool online = random_.chance(0.6);
      const bool drains = online && random_.chance(0.3);
      push(RegionLiveness{region(), online, drains ? now_ + minutes{10} : WallTime{}});
    } else if (kind < 96) {
      push(RegionSight{region(), random_.chance(0.3)});
    } else if (kind < 98) {
      push(ControllerStarted{});
    } else if (random_.chance(0.15)) {
      push(CheckRemoved{check.name});
    } else {
      check = random_definition(random_, check.name.value);
      if (random_.chance(0.3)) check.paused = Paused{now_ + minutes{7}, "work"};
      define(check, random_.chance(0.7) ? 5 : 3);
    }
  }

  Random random_;
  std::vector<Check> checks_;
  WallTime now_{WallTime::from_unix_ms(1'795'314'600'000)};
};

std::vector<std::string> snapshots(const Evaluator& evaluator) {
  std::vector<std::string> out{evaluator.snapshot_regions()};
  for (const CheckName& name : evaluator.checks()) out.push_back(evaluator.snapshot(name));
  return out;
}

// Applies events [from, to); `random` advances at moments of its own in between.
Trace fold(Evaluator& evaluator, const std::vector<Event>& events, std::size_t from, std::size_t to,
           Random* random = nullptr) {
  Trace trace;
  for (std::size_t i = from; i < to; ++i) {
    while (random != nullptr && i > 0 && random->chance(0.6)) {
      const Millis gap = events[i].at - events[i - 1].at;
      const Millis into{
          static_cast<std::int64_t>(random->below(static_cast<std::uint64_t>(gap.count()) + 1))};
      record(trace, evaluator.advance(events[i - 1].at + into));
    }
    if (random != nullptr && !std::holds_alternative<ControllerStarted>(events[i].what) &&
        random->chance(0.5))
      record(trace, evaluator.advance(events[i].at));
    record(trace, evaluator.apply(events[i]));
  }
  return trace;
}

// The first line in which two traces part, for the message.
std::string difference(const Trace& a, const Trace& b) {
  for (const auto& [check, lines] : a) {
    const auto other = b.find(check);
    if (other == b.end()) return check + " is missing";
    const auto [left, right] =
        std::mismatch(lines.begin(), lines.end(), other->second.begin(), other->second.end());
    if (left == lines.end() && right == other->second.end()) continue;
    return fmt::format("{} line {}: \"{}\" against \"{}\"", check, left - lines.begin(),
                       left == lines.end() ? "" : *left,
                       right == other->second.end() ? "" : *right);
  }
  return a.size() == b.size() ? "" : "another check";
}

void append(Trace& to, const Trace& more) {
  for (const auto& [check, lines] : more)
    to[check].insert(to[check].end(), lines.begin(), lines.end());
}

}  // namespace

TEST_CASE("calling advance at any moments changes nothing of what follows", "[property]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    History history{seed, 400};
    // A start stands for time in which nobody advanced: it is left out here.
    std::erase_if(history.events, [](const Event& event) {
      return std::holds_alternative<ControllerStarted>(event.what);
    });
    const WallTime end = history.events.back().at + hours{1};
    Evaluator lazy;
    Trace expected = fold(lazy, history.events, 0, history.events.size());
    record(expected, lazy.advance(end));
    Random random{seed};
    Evaluator eager;
    Trace seen = fold(eager, history.events, 0, history.events.size(), &random);
    record(seen, eager.advance(end));
    REQUIRE(difference(seen, expected) == "");
    REQUIRE(snapshots(eager) == snapshots(lazy));
  }
}

TEST_CASE("a restart at any event gives the state and the effects of no restart", "[property]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    const History history{seed, 400};
    Evaluator whole;
    const Trace expected = fold(whole, history.events, 0, history.events.size());
    Random random{seed};
    Trace seen;
    auto running = std::make_unique<Evaluator>();
    std::size_t done = 0;
    while (done < history.events.size()) {
      const std::size_t next = std::min(history.events.size(), done + 1 + random.below(120));
      append(seen, fold(*running, history.events, done, next));
      done = next;
      auto restored = std::make_unique<Evaluator>();
      REQUIRE(restored->restore_regions(running->snapshot_regions()).has_value());
      for (const CheckName& name : running->checks())
        REQUIRE(restored->restore(running->snapshot(name)).has_value());
      REQUIRE(restored->next_due() == running->next_due());
      running = std::move(restored);
    }
    REQUIRE(difference(seen, expected) == "");
    REQUIRE(snapshots(*running) == snapshots(whole));
  }
}

namespace {

// Folds live, advancing before each event, and returns the log as it would be stored.
std::vector<Event> run_live(Evaluator& live, const std::vector<Event>& events, Trace& happened) {
  std::vector<Event> log;
  const auto keep = [&](WallTime at, decltype(Event::what) what) {
    log.push_back({log.size() + 1, at, std::move(what)});
  };
  for (const Event& event : events) {
    Effects effects;
    if (!std::holds_alternative<ControllerStarted>(event.what)) effects = live.advance(event.at);
    record(happened, effects);
    for (const auto& [at, check] : effects.time_passed) keep(at, TimePassed{check});
    keep(event.at, event.what);
    record(happened, live.apply(event));
  }
  return log;
}

}  // namespace

TEST_CASE("a replay of the recorded log, times that passed included, repeats it", "[property]") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    INFO("seed " << seed);
    Evaluator live;
    Trace happened;
    const auto log = run_live(live, History{seed, 300}.events, happened);
    Evaluator replayed;
    Trace repeated;
    for (const Event& event : log) {
      const auto stored = decode(encode(event));
      INFO((stored ? "" : stored.error().message));
      REQUIRE(stored.has_value());
      record(repeated, replayed.apply(*stored));
    }
    REQUIRE(difference(repeated, happened) == "");
    REQUIRE(snapshots(replayed) == snapshots(live));
  }
}

namespace {

// Phases of one alert stream, and what must hold at each.
struct Stream {
  bool suspected{false};
  bool firing{false};
  WallTime round;

  void take(const AlertTransition& t) {
    switch (t.phase) {
      case AlertPhase::suspected: REQUIRE_FALSE((suspected || firing)); break;
      case AlertPhase::fires: REQUIRE_FALSE(firing); break;
      case AlertPhase::changes: REQUIRE(firing); break;
      case AlertPhase::clears: REQUIRE((suspected || firing)); break;
    }
    const bool begins =
        t.phase == AlertPhase::suspected || (t.phase == AlertPhase::fires && !suspected);
    if (begins)
      REQUIRE(t.opening_round > round);
    else
      REQUIRE(t.opening_round == round);
    round = t.opening_round;
    suspected = t.phase == AlertPhase::suspected;
    firing = t.phase == AlertPhase::fires || t.phase == AlertPhase::changes;
  }
};

struct Watch {
  std::map<std::pair<CheckName, std::string>, Stream> streams;
  std::map<CheckName, std::vector<WallTime>> orders;
  std::map<std::tuple<CheckName, WallTime, RunKind, std::uint32_t>, int> names;

  void forget(const CheckName& check) {
    std::erase_if(names, [&](const auto& entry) { return std::get<0>(entry.first) == check; });
  }

  void take(const Effects& effects, WallTime now) {
    for (const AlertTransition& t : effects.transitions) {
      REQUIRE(t.at <= now);
      streams[{t.check->name, t.alert.id}].take(t);
    }
    for (const RunRequest& o : effects.orders) {
      REQUIRE(++names[{o.check, o.round, o.kind, o.ordinal}] == 1);
      auto& times = orders[o.check];
      times.push_back(o.expires);
      std::erase_if(times, [&](WallTime at) { return at <= o.expires - Millis{hours{1}}; });
      REQUIRE(times.size() <= 240);  // detection and recovery
    }
    for (const RoundSummary& r : effects.rounds)
      for (const SlotOutcome& slot : r.slots) REQUIRE(slot.end != SlotEnd::open);
  }
};

}  // namespace

TEST_CASE("alert streams keep their order and orders their names and budgets", "[property]") {
  for (std::uint64_t seed = 100; seed <= 160; ++seed) {
    INFO("seed " << seed);
    Evaluator evaluator;
    Watch watch;
    for (const Event& event : History{seed, 500}.events) {
      if (!std::holds_alternative<ControllerStarted>(event.what))
        watch.take(evaluator.advance(event.at), event.at);
      watch.take(evaluator.apply(event), event.at);
      // A name that is defined anew is another check.
      if (const auto* removed = std::get_if<CheckRemoved>(&event.what))
        watch.forget(removed->check);
      for (const CheckName& name : evaluator.checks()) {
        const CheckView view = *evaluator.view(name);
        const auto& firing = view.firing;
        const bool down = std::find(firing.begin(), firing.end(), "down") != firing.end();
        INFO("event " << event.seq << " kind " << event.what.index());
        // A check that flaps keeps its incident open between two outages.
        if (down && !view.check->paused && !view.flapping)
          REQUIRE(view.verdict == CheckVerdict::down);
      }
    }
  }
}
