// What bringing a set of checks into force would do: checks, regions and phases, proofs of what
// pages, open incidents. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/plan/changes.h"
#include "cli/plan/state.h"
#include "common/checks/file_set.h"
#include "common/checks/paging_proof.h"

namespace picket::cli {

enum class PlannedKind { added, changed, renamed, removed };
std::string_view to_string(PlannedKind kind);

struct ProofChange {
  std::string alert_id;
  std::optional<checks::AlertProof> before;  // none: the alert is new
  std::optional<checks::AlertProof> after;   // none: the alert goes
  bool stops_paging() const {
    return before && before->never.empty() && (!after || !after->never.empty());
  }
};

struct PlannedCheck {
  PlannedKind kind{PlannedKind::changed};
  CheckName name;
  CheckName old_name;  // of a renamed one
  std::vector<KeyChange> keys;
  std::vector<RegionName> regions_before;
  std::vector<RegionName> regions_after;
  std::optional<Millis> gap_before;
  std::optional<Millis> gap_after;
  bool phases_move{false};  // from the next round on
  std::vector<ProofChange> proofs;
  std::vector<OpenIncident> resolves;  // incidents that end by it
  std::vector<OpenIncident> keeps;     // that stay open
};

struct Plan {
  std::vector<PlannedCheck> checks;  // by name
  std::size_t unchanged{0};
  std::string needs_confirmation;  // why; empty: none is needed
  std::string digest;              // of this plan, for `apply`
};

Plan make_plan(const ControllerState& state, const std::vector<Check>& wanted,
               const checks::FileSet& files);

}  // namespace picket::cli
