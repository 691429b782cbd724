// Verdicts of the evaluator, incidents and what their pages say. Pure values; the evaluator
// (controller/evaluate) makes transitions, controller/incident keeps incidents,
// controller/deliver sends.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"
#include "common/model/check.h"
#include "common/model/run.h"
#include "common/model/run_traits.h"

namespace picket {

// Of a check over all regions; first match wins in the order down, no_data, regional, degraded.
enum class CheckVerdict { up, degraded, regional, no_data, down, pending };
std::string_view to_string(CheckVerdict verdict);
inline constexpr std::array kCheckVerdicts{CheckVerdict::up,       CheckVerdict::degraded,
                                           CheckVerdict::regional, CheckVerdict::no_data,
                                           CheckVerdict::down,     CheckVerdict::pending};

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
  std::vector<std::string> differences;  // of its failing run from its last good one
};

// A value of one dimension that all failing runs share and no passing one has.
struct SharedTrait {
  Dimension dimension{};
  std::string value;   // "FRA"; of an agent "eu-west-1/agent-1"
  int failing{0};      // regions
  int passing{0};      // regions that met another value and pass
  bool proven{false};  // by enough passing ones, or the failure itself names it
  bool operator==(const SharedTrait&) const = default;
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
  std::string pop;                  // the culprit, if it is one
  std::string remote_address;       // likewise
  std::string message;              // of the newest failing run
  std::vector<SharedTrait> shared;  // the most specific first

  // The value that is proven; empty when none is.
  std::string_view culprit(Dimension dimension) const;
};
std::string_view to_string(Attribution::Scope scope);

// "shop-login down: step "log in", 9 of 12 regions, HTTP 500 from POP FRA": what and where, one
// clean line of at most 1,024 UTF-16 units. `summary` is the alert's own first line, if any.
std::string render_title(const CheckName& check, CheckVerdict verdict,
                         const Attribution& attribution, const std::string& summary);

// " from POP FRA", " at js.example": the most telling of what is proven; empty when nothing is.
std::string render_whose(const Attribution& attribution);

}  // namespace picket
