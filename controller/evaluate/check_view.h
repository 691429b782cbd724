// What people and metrics are shown of a check's state: a copy, made on request. Plain values; an
// interface header.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/model/check.h"
#include "common/model/incident.h"
#include "common/model/run.h"

namespace picket::controller {

struct RegionStatus {
  RegionName region;
  bool online{true};
  bool blind{false};
  bool reporting{false};      // has a fresh run that could measure
  bool failing{false};        // X of its last Y
  bool keeps_failing{false};  // 3 of its last 5
  bool order_outstanding{false};
  std::optional<WallTime> last_run;       // start of the newest run that could measure
  std::optional<WallTime> last_unknown;   // newest run that could not
  std::vector<RunVerdict> recent;         // oldest first, at most max(5, Y)
  std::optional<FailureSummary> failure;  // of the newest failing run
};

// How fast a budget burns in one pair of windows; 1 spends it exactly. Nothing: no round yet.
struct BurnStatus {
  double factor{1};  // that raises
  Millis long_window{0};
  Millis short_window{0};
  std::optional<double> rate_long;
  std::optional<double> rate_short;
  bool too_fast{false};
};

// Of one objective, over the window that ends with the newest closed round.
struct BudgetStatus {
  double objective{0};  // percent
  std::uint64_t good{0};
  std::uint64_t bad{0};
  std::uint64_t good_total{0};  // since the objective was defined
  std::uint64_t bad_total{0};
  std::optional<double> left;  // 1: all of it; below 0: more than all is spent
  std::vector<BurnStatus> burn;
  std::optional<WallTime> exhausted;  // already, or within the window at the pace of the last 6 h
};

struct SloStatus {
  Millis window{0};
  BudgetBy budget_by{BudgetBy::rounds};
  std::optional<WallTime> until;  // end of the newest closed round
  BudgetStatus availability;
  std::optional<BudgetStatus> latency;
};

struct CheckView {
  std::shared_ptr<const Check> check;
  Revision revision;
  CheckVerdict verdict{CheckVerdict::pending};
  WallTime since;  // of the verdict
  int quorum{1};
  int failing{0};
  int reporting{0};
  std::vector<RegionStatus> regions;          // ordered by name
  std::vector<std::string> firing;            // ids of the alerts that fire
  std::vector<std::string> round_findings;    // of conditions of the round; empty: none differs
  bool round_holds{false};                    // in two rounds in a row
  std::vector<std::string> round_not_judged;  // and why
  int detection_left{0};                      // of the hour's budget, at the last event
  int recovery_left{0};
  std::optional<SloStatus> slo;
  bool flapping{false};
  std::optional<std::string> maintenance;  // the reason of the window that holds now
  std::optional<std::string> paused;       // the reason, while it is; an end that is over is none
};

}  // namespace picket::controller
