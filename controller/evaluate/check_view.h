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
};

}  // namespace picket::controller
