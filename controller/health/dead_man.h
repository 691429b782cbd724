// Whether a beat may go out: only when every link of the chain has just proved that it works, from
// the schedule through an agent, its spool, the evaluator and the database to the outbox. Pure: the
// health watch asks, and stages the beat.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/ids.h"
#include "common/model/check.h"
#include "common/model/run.h"
#include "controller/health/health_sample.h"

namespace picket::controller {

// A check that is not paused, with the regions that are to run it.
struct WatchedCheck {
  CheckName name;
  Millis interval{0};
  Millis timeout{0};  // of a run with its retries
  std::vector<RegionName> regions;
};

// A scheduled run that was received in time and is no duplicate: what proves the way up to here.
struct Proof {
  CheckName check;
  RegionName region;
  std::string agent;
  WallTime started;
};

// The newest proof of every region: one agent cannot hide that others are silent.
class ProofBook {
 public:
  // `received` bounds a start that lies in the future.
  void saw(const RunResult& run, const std::string& agent, WallTime received);
  void forget(const RegionName& region) { newest_.erase(region); }
  const std::map<RegionName, Proof>& newest() const { return newest_; }

 private:
  std::map<RegionName, Proof> newest_;
};

enum class DeadManLink { none, checks, agents, results, evaluation, store, outbox };
std::string_view to_string(DeadManLink link);

struct DeadManChain {
  WallTime now;
  std::vector<WatchedCheck> checks;
  std::map<RegionName, bool> regions;        // of the enrolled agents: whether one is online
  std::map<RegionName, Proof> proofs;        // newest
  std::map<RegionName, WallTime> evaluated;  // newest run that the evaluator knows, of the check of
                                             // the region's proof
  Millis timers_overdue{0};                  // work of the evaluator that should be done by now
  std::optional<std::string> trouble;        // why commits fail
  DeliveryLag delivery;
  std::vector<std::string> health;  // titles of what is open with the controller itself
};

struct DeadManVerdict {
  DeadManLink broken{DeadManLink::none};  // none: the beat may go out
  std::string why;                        // of broken
  std::string canary;                     // the check whose interval decides
  Millis fresh_for{0};                    // a proof counts so long
  std::optional<WallTime> newest;         // start of the newest proof
  std::vector<std::string> behind;        // parts that are, while the whole still works
};

// The canary is the check with the shortest interval among those with a region online; a proof is
// any scheduled run not older than two of its intervals, its timeout and 30 s. No checks, no beat:
// a controller that watches nothing must not look healthy.
DeadManVerdict judge_chain(const DeadManChain& chain);

// The beat's body: {"service": "picket", "status": "ok" | "behind", "at", "canary", "newest_run",
// "behind": [..]}.
std::string beat_payload(const DeadManVerdict& verdict, WallTime now);

}  // namespace picket::controller
