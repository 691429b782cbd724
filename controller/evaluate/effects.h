// What follows from an event or from time: orders to run, transitions of alerts, verdicts, closed
// rounds. Plain values; an interface header: ingest commits them, incident turns transitions into
// incidents and pages, agents get the orders.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"
#include "common/model/check.h"
#include "common/model/incident.h"
#include "common/model/run.h"

namespace picket::controller {

// Run now in one region. Agents make all attempts for a recheck, and for a confirmation when the
// first failed at once; one that takes longer is itself the second look.
struct RunRequest {
  CheckName check;
  Revision revision;
  RegionName region;
  RunKind kind{RunKind::confirmation};  // or recheck
  WallTime round;
  std::uint32_t ordinal{0};  // unique within (check, round, kind)
  std::string reason;        // "eu-west-1 failed", "recovery elsewhere": for logs and views
  WallTime expires;          // not started by then: dropped
  bool operator==(const RunRequest&) const = default;
};

// suspected -> fires -> changes* -> clears; suspected -> clears.
enum class AlertPhase { suspected, fires, changes, clears };
std::string_view to_string(AlertPhase phase);

// One alert of one check moves. In the order in which they must be committed.
struct AlertTransition {
  std::shared_ptr<const Check> check;  // the definition in force
  Alert alert;
  AlertPhase phase{AlertPhase::fires};
  WallTime at;             // when it became true, not when it was noticed
  WallTime opening_round;  // names the episode: unique per (check, alert)
  WallTime first_bad_run;  // start of the first failing run of the episode
  CheckVerdict verdict{CheckVerdict::pending};
  Attribution attribution;
  std::vector<RegionView> regions;  // all assigned, ordered by name
  std::string reason;               // one line for the timeline
};

struct VerdictChange {
  CheckName check;
  CheckVerdict from{CheckVerdict::pending};
  CheckVerdict to{CheckVerdict::pending};
  WallTime at;
};

// How a slot (check, region, round) ended: exactly one of these (open: not yet).
enum class SlotEnd { open, ran, missed, skipped, superseded };
std::string_view to_string(SlotEnd end);

struct SlotOutcome {
  RegionName region;
  SlotEnd end{SlotEnd::open};
  RunVerdict verdict{RunVerdict::unknown};  // of ran
  MissReason reason{MissReason::offline};   // of missed
  Millis duration{0};                       // of ran
  bool operator==(const SlotOutcome&) const = default;
};

// What a closed round is for an objective: unmeasured when too few regions ran it, excluded when
// it lies in a maintenance window.
enum class RoundMark { good, bad, unmeasured, excluded };
std::string_view to_string(RoundMark mark);

struct RoundSummary {
  CheckName check;
  WallTime round;
  WallTime closed;
  CheckVerdict verdict{CheckVerdict::pending};  // at the close
  std::vector<SlotOutcome> slots;               // ordered by region
  RoundMark mark{RoundMark::unmeasured};
};

enum class BudgetKind { detection, recovery };

// Orders that were not made because the hour's budget of the check is used up.
struct BudgetSpent {
  CheckName check;
  BudgetKind budget{BudgetKind::detection};
  int refused{0};
  WallTime at;
};

// Something of Picket itself: a region is blind or has no agent, the controller is not well.
struct FleetTransition {
  std::string subject;   // "region:NAME", "controller"
  std::string alert_id;  // "blind", "offline", "disk.warning"
  Severity severity{Severity::error};
  AlertPhase phase{AlertPhase::fires};  // fires or clears
  WallTime at;
  WallTime opening_round;  // when the episode began: unique per (subject, alert_id)
  RegionName region;       // empty: of the controller
  std::string title;
  std::string reason;
};

struct Effects {
  std::vector<RunRequest> orders;
  std::vector<AlertTransition> transitions;
  std::vector<VerdictChange> verdicts;
  std::vector<RoundSummary> rounds;
  std::vector<BudgetSpent> budgets;
  std::vector<CheckName> evidence_wanted;  // whose next good run should keep its evidence
  // Of advance(): whose state moved, and when; record each as TimePassed at that time.
  std::vector<std::pair<WallTime, CheckName>> time_passed;

  bool empty() const {
    return orders.empty() && transitions.empty() && verdicts.empty() && rounds.empty() &&
           budgets.empty() && evidence_wanted.empty() && time_passed.empty();
  }
};

}  // namespace picket::controller
