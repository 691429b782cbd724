#include "cli/plan/plan.h"

#include <algorithm>
#include <map>

#include "common/wire/wire.h"

namespace picket::cli {
namespace {

checks::PagingProof proof_of(const Check& check, const std::vector<RegionName>& regions) {
  return checks::prove_paging(check, {static_cast<int>(regions.size()), "of the controller"});
}

bool same(const checks::AlertProof& a, const checks::AlertProof& b) {
  return a.never == b.never && a.smallest == b.smallest && a.fast == b.fast && a.worst == b.worst &&
         a.narrow == b.narrow;
}

const checks::AlertProof* find(const checks::PagingProof& proof, const std::string& id) {
  const auto found = std::find_if(proof.alerts.begin(), proof.alerts.end(),
                                  [&](const auto& alert) { return alert.id == id; });
  return found == proof.alerts.end() ? nullptr : &*found;
}

std::vector<ProofChange> compare(const checks::PagingProof* before,
                                 const checks::PagingProof* after) {
  std::vector<ProofChange> out;
  if (after != nullptr)
    for (const checks::AlertProof& alert : after->alerts) {
      const auto* old = before == nullptr ? nullptr : find(*before, alert.id);
      if (old == nullptr)
        out.push_back({alert.id, std::nullopt, alert});
      else if (!same(*old, alert))
        out.push_back({alert.id, *old, alert});
    }
  if (before != nullptr)
    for (const checks::AlertProof& alert : before->alerts)
      if (after == nullptr || find(*after, alert.id) == nullptr)
        out.push_back({alert.id, alert, std::nullopt});
  return out;
}

class Planner {
 public:
  explicit Planner(const ControllerState& state) : state_(state) {}

  PlannedCheck plan(PlannedKind kind, const PastDefinition* before, const Check* after) const {
    PlannedCheck out{kind, after != nullptr ? after->name : before->check.name};
    std::optional<checks::PagingProof> old_proof;
    std::optional<checks::PagingProof> new_proof;
    if (before != nullptr) {
      out.regions_before = before->regions;
      old_proof = proof_of(before->check, before->regions);
      out.gap_before = old_proof->gap;
    }
    if (after != nullptr) {
      out.regions_after = select_regions(after->regions, state_.regions);
      new_proof = proof_of(*after, out.regions_after);
      out.gap_after = new_proof->gap;
    }
    out.proofs = compare(old_proof ? &*old_proof : nullptr, new_proof ? &*new_proof : nullptr);
    if (before == nullptr) return out;
    if (after != nullptr && kind == PlannedKind::changed) {
      out.keys = changes_between(before->check, *after);
      out.phases_move =
          out.regions_before != out.regions_after || before->check.interval != after->interval;
    }
    if (kind == PlannedKind::renamed) out.old_name = before->check.name;
    sort_incidents(out, before->check.name, kind == PlannedKind::changed ? after : nullptr);
    return out;
  }

 private:
  // A rename is another check: its incidents end, and what still fails opens new ones.
  void sort_incidents(PlannedCheck& out, const CheckName& name, const Check* after) const {
    for (const OpenIncident& incident : state_.incidents) {
      if (incident.check != name) continue;
      const bool stays = after != nullptr && std::any_of(after->alerts.begin(), after->alerts.end(),
                                                         [&](const Alert& alert) {
                                                           return alert.id == incident.alert_id;
                                                         });
      (stays ? out.keeps : out.resolves).push_back(incident);
    }
  }

  const ControllerState& state_;
};

Revision revision_as(Check check, const CheckName& name) {
  check.name = name;
  return wire::revision_of(check);
}

}  // namespace

std::string_view to_string(PlannedKind kind) {
  switch (kind) {
    case PlannedKind::added: return "added";
    case PlannedKind::changed: return "changed";
    case PlannedKind::renamed: return "renamed";
    case PlannedKind::removed: return "removed";
  }
  return "changed";
}

Plan make_plan(const ControllerState& state, const std::vector<Check>& wanted,
               const checks::FileSet& files) {
  Plan plan;
  plan.digest = checks::plan_digest(state.digest, files);
  const Planner planner(state);
  std::map<CheckName, const PastDefinition*> gone;
  for (const PastDefinition& one : state.checks) gone[one.check.name] = &one;
  std::vector<const Check*> added;
  for (const Check& check : wanted) {
    const auto old = gone.find(check.name);
    if (old == gone.end()) {
      added.push_back(&check);
      continue;
    }
    if (old->second->revision == wire::revision_of(check))
      ++plan.unchanged;
    else
      plan.checks.push_back(planner.plan(PlannedKind::changed, old->second, &check));
    gone.erase(old);
  }
  const std::size_t removed = gone.size();
  for (const Check* check : added) {
    const auto twin = std::find_if(gone.begin(), gone.end(), [&](const auto& old) {
      return revision_as(*check, old.first) == old.second->revision;
    });
    if (twin == gone.end()) {
      plan.checks.push_back(planner.plan(PlannedKind::added, nullptr, check));
      continue;
    }
    plan.checks.push_back(planner.plan(PlannedKind::renamed, twin->second, check));
    gone.erase(twin);
  }
  for (const auto& [name, old] : gone)
    plan.checks.push_back(planner.plan(PlannedKind::removed, old, nullptr));
  std::sort(plan.checks.begin(), plan.checks.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  plan.needs_confirmation = checks::confirmation_reason(removed, state.checks.size());
  return plan;
}

}  // namespace picket::cli
