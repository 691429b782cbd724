// Verdicts of the evaluator, incidents and what their pages say. Pure values; the evaluator
// (controller/evaluate) makes transitions, controller/incident keeps incidents,
// controller/deliver sends.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"
#include "common/model/check.h"
#include "common/model/run.h"

namespace picket {

// Of a check over all regions; first match wins in the order down, no_data, regional, degraded.
enum class CheckVerdict { up, degraded, regional, no_data, down, pending };
std::string_view to_string(CheckVerdict verdict);

enum class IncidentState { suspected, open, acknowledged, resolved };
std::string_view to_string(IncidentState state);
std::optional<IncidentState> parse_incident_state(std::string_view name);

// What one region saw when a transition was made.
struct RegionView {
  RegionName region;
  bool failing{false};
  bool reporting{false};
  bool blind{false};
  std::optional<FailureSummary> failure;
  WallTime last_run;
};

// "Whose fault" as far as the facts of the runs tell.
struct Attribution {
  enum class Scope { all_regions, several_regions, one_region, agent };
  Scope scope{Scope::several_regions};
  std::vector<RegionName> failing;  // ordered by name
  int reporting{0};                 // regions with fresh runs
  std::string step;                 // when all failing regions fail in the same one
  FailureKind kind{};               // the commonest
  int status{0};                    // when all see the same one
  std::string pop;                  // when all failing see the same one and no passing one does
  std::string remote_address;       // likewise
  std::string message;              // of the newest failing run
};

// "shop-login down: step "log in", 9 of 12 regions, HTTP 500 from POP FRA": what and where, one
// clean line of at most 1,024 UTF-16 units. `summary` is the alert's own first line, if any.
std::string render_title(const CheckName& check, CheckVerdict verdict,
                         const Attribution& attribution, const std::string& summary);

}  // namespace picket
