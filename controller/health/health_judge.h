// Makes incidents of the controller's own findings: each cause has one at a time, opens when it has
// held, grows to the next level, and clears when it has been good for a while. Pure; one instance
// per controller. What is open survives a restart by the incident rows themselves.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/evaluate/effects.h"
#include "controller/health/conditions.h"
#include "controller/store/rows.h"

namespace picket::controller {

inline constexpr const char* kControllerSubject = "controller";

// State of one cause:
//   open     found                     becomes   tells
//   none     level, held               level     fires
//   level    a worse level, held       worse     fires, then clears the old: never nothing open
//   level    a lower level for calm    lower     fires, then clears
//   level    nothing for calm          none      clears
class HealthJudge {
 public:
  // Unresolved incidents as the book has them at a start; those of other subjects are left out.
  void restore(const std::vector<IncidentRow>& unresolved);

  // In the order in which they must be told. Subject `controller`, alert id `CAUSE.LEVEL`.
  std::vector<FleetTransition> judge(const std::vector<Finding>& found, WallTime now);

  std::vector<std::string> titles() const;  // of what is open, by cause

  struct Open {
    std::string alert_id;
    int rank{0};
    Severity severity{Severity::warning};
    WallTime since;  // names the episode
    std::string title;
  };
  std::map<std::string, Open> open() const;  // by cause

 private:
  struct Cause {
    std::optional<Open> open;
    std::optional<WallTime> worse_since;
    std::optional<WallTime> better_since;
  };
  void judge_cause(Cause& cause, const Finding* finding, const std::string& name, WallTime now,
                   std::vector<FleetTransition>& out);

  std::map<std::string, Cause> causes_;
};

}  // namespace picket::controller
