// Everything the evaluator knows of one check: plain data, changed only by the functions of this
// folder, kept by snapshots. Owned by Evaluator; no behaviour of its own.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/core/boxed.h"
#include "common/model/check.h"
#include "common/model/incident.h"
#include "common/model/run.h"
#include "controller/evaluate/effects.h"
#include "controller/evaluate/kept_traits.h"

namespace picket::controller {

inline constexpr int kPassesToRecover = 2;        // S
inline constexpr std::size_t kPersistWindow = 5;  // a region keeps failing: 3 of its last 5
inline constexpr int kPersistFails = 3;
inline constexpr std::size_t kFirstAttempts = 24;  // runs over all regions
inline constexpr int kFirstAttemptsBad = 6;        // 25 %
inline constexpr int kFirstAttemptsCleared = 3;    // ends below 12.5 %
inline constexpr std::size_t kBudgetPerHour = 120;
inline constexpr Millis kRecheckEvery{60'000};
inline constexpr Millis kSecondPassAfter{30'000};  // a region that passed once looks again
inline constexpr Millis kOrderLife{60'000};
inline constexpr Millis kOrderQuiet{5'000};  // not ordered twice within
inline constexpr Millis kPatienceLeast{5'000};
inline constexpr Millis kChangesEvery{30'000};

inline constexpr int kRoundsInARow = 2;  // that conditions of the round need to begin and to end

struct RegionFlags {
  bool online{true};
  bool blind{false};
  std::set<std::string> blind_agents;  // by name: their failures do not count
  WallTime sees_since;                 // what began before says nothing: the region was blind
  WallTime drains_until;               // until then its silence was announced
  bool operator==(const RegionFlags&) const = default;
};

// A run that counts: could measure, not late, superseded or manual.
struct RunBrief {
  WallTime at;  // start, at most the time of receipt
  WallTime round;
  RunKind kind{RunKind::scheduled};
  std::uint32_t ordinal{0};
  RunVerdict verdict{RunVerdict::pass};
  bool operator==(const RunBrief&) const = default;
};

struct RegionState {
  RegionFlags flags;
  WallTime first_round;        // slots are owed from here on
  WallTime awaited_until;      // back from a drain: its first round has closed by then
  std::vector<RunBrief> runs;  // oldest first, at most max(kPersistWindow, Y)
  std::optional<WallTime> last_unknown;
  Boxed<FailureSummary> failure;           // of the newest failing run or attempt
  Boxed<FailureSummary> warning;           // of the newest degraded run
  Boxed<KeptTraits> failed;                // of the newest failing run or attempt
  Boxed<KeptTraits> warned;                // of the newest degraded run
  Boxed<KeptTraits> passed;                // of the newest run that did not fail
  Boxed<KeptTraits> first_failed;          // of the newest first attempt that a retry hid
  std::string last_good;                   // the newest run that passed, as LastGood packs it
  std::vector<std::string> differences;    // of the newest failing run from that
  Millis duration{0};                      // of the newest run
  std::optional<WallTime> attempt_failed;  // its run is not in yet
  WallTime attempt_round;
  std::optional<WallTime> suspected_round;  // whose failure has ordered confirmations
  std::optional<WallTime> ordered;          // newest order without an answer
  std::optional<WallTime> next_recheck;
  bool repeated{false};  // the newest recheck order was the second try of a lost one
  std::map<std::string, std::string> shown;  // facts of the conditions of the round, by step
  WallTime shown_round;                      // of the run that showed them: it did not fail
  WallTime judged_round;                     // of the run that was last judged with others
  bool operator==(const RegionState&) const = default;
};

// A condition that holds, with its hysteresis.
struct Episode {
  bool active{false};
  WallTime since;
  WallTime first_bad;            // start of the first failing run
  WallTime round;                // of that run
  std::set<RegionName> regions;  // the failing set
  bool operator==(const Episode&) const = default;
};

// What a condition of the round found.
struct RoundFinding {
  std::string step;
  std::string text;                 // etag: 11 regions "a", sa-east-1 "b"
  std::vector<RegionName> regions;  // the fewer, ordered by name
  bool operator==(const RoundFinding&) const = default;
};

// The conditions of the round with their hysteresis (round_watch.h).
struct RoundWatch {
  int bad{0};  // judged rounds in a row
  int good{0};
  bool holds{false};
  std::vector<RoundFinding> findings;   // of the newest bad round
  std::vector<std::string> not_judged;  // of the newest round, and why
  bool operator==(const RoundWatch&) const = default;
};

// What a run showed of a threshold's metric.
struct Sample {
  WallTime at;  // start of the run, at most the time of receipt
  Value value;
  bool operator==(const Sample&) const = default;
};

// Rounds (or runs) of an objective, counted since it was defined, at the end of a closed round.
// fast and slow split the good runs by the latency objective.
struct BudgetPoint {
  WallTime until;
  std::uint64_t good{0};
  std::uint64_t bad{0};
  std::uint64_t fast{0};
  std::uint64_t slow{0};
  bool operator==(const BudgetPoint&) const = default;
};

struct AlertState {
  std::string id;
  AlertCondition condition{AlertCondition::down};
  bool suspected{false};
  bool firing{false};
  WallTime opening_round;  // of the newest episode; before the first: when it was defined, so that
                           // an alert that comes back never takes an old name again
  WallTime first_bad;
  std::string shown;                   // digest of what was last said
  std::set<RegionName> shown_regions;  // that failed then
  WallTime shown_at;
  bool told_flapping{false};
  // Of conditions that are no verdict (own_conditions.h):
  Episode own;
  std::optional<WallTime> quiet_since;                // since when it does not hold any more
  std::string finding;                                // what was measured when it last held
  std::map<RegionName, std::vector<Sample>> samples;  // of a threshold; oldest first
  bool operator==(const AlertState&) const = default;
};

inline AlertState make_alert_state(const Alert& alert, WallTime defined) {
  AlertState state;
  state.id = alert.id;
  state.condition = alert.condition;
  state.opening_round = defined;
  return state;
}

struct OrderCounter {
  WallTime round;
  std::uint32_t confirmations{0};
  std::uint32_t rechecks{0};
  std::uint32_t most{0};   // ever given
  std::uint32_t floor{0};  // where a round begins: another interval may name a round again
  bool operator==(const OrderCounter&) const = default;
};

// A time in which the check was paused, the end excluded; nothing: it still is.
struct PausedSpan {
  WallTime from;
  std::optional<WallTime> until;
  bool operator==(const PausedSpan&) const = default;
};

struct Flap {
  std::string rounds;  // 'g' good, 'b' bad: the last measured ones, oldest first
  bool holds{false};
  bool operator==(const Flap&) const = default;
};

using Slots = std::map<RegionName, SlotOutcome>;

struct CheckState {
  std::shared_ptr<const Check> check;
  Revision revision;
  std::map<RegionName, RegionState> regions;  // assigned
  WallTime now;                               // of the last event or due time
  WallTime not_before;                        // absence of data decides nothing until then
  std::vector<PausedSpan> pauses;             // that may touch a round which is not closed
  CheckVerdict verdict{CheckVerdict::pending};
  WallTime since;

  std::array<Episode, kVerdictConditions> episodes;  // by AlertCondition
  Episode suspicion;
  RoundWatch watch;
  std::map<RegionName, std::string> continents;  // that regions' labels name
  std::map<RegionName, std::string> providers;
  std::map<RegionName, std::string> networks;
  std::vector<AlertState> alerts;  // in the order of the definition
  std::string first_attempts;      // '0' fine, '1' failed; oldest first

  std::vector<WallTime> detection_spent;  // within the last hour, ordered
  std::vector<WallTime> recovery_spent;
  OrderCounter counter;
  std::optional<WallTime> patience;  // when unanswered confirmations are given up
  std::optional<WallTime> widened_round;

  WallTime next_close;               // the oldest round that is not closed
  std::map<WallTime, Slots> rounds;  // open ones that have something

  std::optional<WallTime> down_ended;  // when the newest `down` that was told was over
  Flap flap;
  std::vector<BudgetPoint> budget;  // of the objective; oldest first, thinner with age (budget.h)

  std::optional<WallTime> due;  // as indexed by the Evaluator; not part of the state

  Episode& episode(AlertCondition c) { return episodes[static_cast<std::size_t>(c)]; }
  const Episode& episode(AlertCondition c) const { return episodes[static_cast<std::size_t>(c)]; }
};

}  // namespace picket::controller
