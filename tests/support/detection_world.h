// Agents of a fleet on virtual time, reduced to when their runs start and end, in front of a real
// Evaluator: how long from a fault to its page. Everything follows from the seed.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/core/random.h"
#include "controller/evaluate/evaluator.h"

namespace picket::test {

struct FleetModel {
  int regions{12};
  Millis run{300};             // one attempt against a healthy target, and one that fails fast
  bool hangs{false};           // a failing attempt takes the whole timeout
  Millis order_delay{100};     // from the evaluator to the start of the run
  Millis report_delay{50};     // from the end of an attempt to the evaluator
  double order_loss{0};
};

struct Fault {
  WallTime from;
  WallTime until;
  std::set<RegionName> regions;  // that see it; empty: all
};

class DetectionWorld {
 public:
  DetectionWorld(Check check, FleetModel model, std::uint64_t seed);

  void run_until(WallTime end);
  WallTime now() const { return now_; }

  // Of an alert since the start: when it first did.
  std::optional<WallTime> first(const std::string& alert, controller::AlertPhase phase) const;
  int count(const std::string& alert, controller::AlertPhase phase) const;

  std::optional<Fault> fault;
  std::vector<RegionName> regions;
  controller::Evaluator evaluator;
  std::vector<controller::AlertTransition> transitions;
  std::vector<controller::RunRequest> orders;
  int orders_lost{0};
  int refused{0};  // for want of budget

 private:
  void at(WallTime when, std::function<void()> what) { queue_.emplace(when, std::move(what)); }
  void schedule_round(WallTime round);
  void start_run(const RunKey& key, WallTime at);
  void report(RunResult run, WallTime at);
  void feed(decltype(controller::Event::what) what);
  void take(controller::Effects effects);
  bool broken(const RegionName& region, WallTime at) const;

  Check check_;
  FleetModel model_;
  Random random_;
  WallTime now_;
  std::uint64_t seq_{0};
  std::multimap<WallTime, std::function<void()>> queue_;
};

}  // namespace picket::test
