#include "controller/reload/reload.h"

#include <set>

#include "common/checks/file_set.h"
#include "common/wire/wire.h"

namespace picket::controller {
namespace {

// Active checks that the files do not show but must not be taken for removed.
std::set<CheckName> find_obscured(const ActiveChecks& active, const checks::LoadedChecks& loaded) {
  std::set<CheckName> obscured;
  std::set<std::string> opaque;
  for (const checks::CheckFile& file : loaded.files) {
    obscured.insert(file.broken.begin(), file.broken.end());
    if (!file.readable || file.unnamed != 0) opaque.insert(file.path);
  }
  for (const auto& [name, entry] : active)
    if (opaque.count(entry.check.at.file) != 0) obscured.insert(name);
  return obscured;
}

}  // namespace

ReloadPlan plan_reload(const ActiveChecks& active, const checks::LoadedChecks& loaded) {
  ReloadPlan plan;
  for (const Check& check : loaded.checks) {
    ActiveCheck entry{check, wire::revision_of(check)};
    const auto old = active.find(check.name);
    if (old == active.end())
      plan.added.push_back(check.name);
    else if (old->second.revision != entry.revision)
      plan.changed.push_back(check.name);
    plan.next.emplace(check.name, std::move(entry));
  }
  const std::set<CheckName> obscured = find_obscured(active, loaded);
  for (const auto& [name, entry] : active) {
    if (plan.next.count(name) != 0) continue;
    if (obscured.count(name) == 0) {
      plan.removed.push_back(name);
      continue;
    }
    plan.kept.push_back(name);
    plan.next.emplace(name, entry);
  }
  plan.needs_confirmation = checks::confirmation_reason(plan.removed.size(), active.size());
  return plan;
}

}  // namespace picket::controller
