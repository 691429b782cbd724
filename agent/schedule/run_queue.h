// Which run may start: within the limit of concurrent runs and the cap per target host, ordered
// runs before scheduled ones, then by due time. A pure state machine.
//
//   offer     -> waits, or refused: overlapping (one scheduled run of a check at a time), full
//   start     -> the first that both limits allow; a host at its cap holds up nobody else
//   expire    -> what waited beyond its use
//   finished  -> makes room
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/schedule/run_job.h"

namespace picket::agent {

struct RunLimits {
  std::size_t concurrent_runs{100};
  std::size_t runs_per_host{10};
  std::size_t waiting_runs{10'000};
};

class RunQueue {
 public:
  explicit RunQueue(RunLimits limits) : limits_(limits) {}

  enum class Answer { accepted, overlapping, full };
  Answer offer(RunJob job);

  // The run that shall start now, which counts as running until finished(). Nothing when nothing
  // may start.
  std::optional<RunJob> start();
  void finished(const RunJob& job);

  std::vector<RunJob> take_expired(WallTime now);
  std::optional<WallTime> next_expiry() const;

  // Everything that waits, which is forgotten.
  std::vector<RunJob> take_waiting();

  std::size_t waiting() const { return waiting_.size(); }
  std::size_t running() const { return running_; }

 private:
  struct Place {
    bool scheduled;
    WallTime due;
    std::uint64_t arrival;
    auto operator<=>(const Place&) const = default;
  };
  using Waiting = std::map<Place, RunJob>;
  RunJob remove(Waiting::iterator it);

  RunLimits limits_;
  Waiting waiting_;
  std::set<std::pair<WallTime, Place>> expiries_;
  std::set<CheckName> scheduled_;  // checks with a scheduled run waiting or running
  std::map<std::string, std::size_t> running_on_;
  std::size_t running_{0};
  std::uint64_t arrivals_{0};
};

}  // namespace picket::agent
