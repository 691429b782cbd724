// The regions that are known: configured, with an agent, or named by a check.
#include <algorithm>
#include <utility>

#include "controller/plan/planner.h"

namespace picket::controller {
namespace {

bool matches(const RegionLabels& labels, const RegionLabels& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    const auto found = labels.find(label.first);
    return found != labels.end() && found->second == label.second;
  });
}

}  // namespace

std::string Planner::label_of(const RegionName& region, const std::string& label) const {
  const auto known = regions_.find(region);
  if (known == regions_.end()) return {};
  const auto found = known->second.find(label);
  return found == known->second.end() ? std::string{} : found->second;
}

void Planner::set_region(const RegionName& region, RegionLabels labels) {
  auto [known, added] = regions_.try_emplace(region);
  configured_.insert(region);
  if (!added && known->second == labels) return;
  known->second = std::move(labels);
  dirty_ = true;
}

std::vector<RegionName> Planner::select(const RegionSelector& selector) const {
  std::set<RegionName> chosen{selector.names.begin(), selector.names.end()};
  for (const auto& [region, labels] : regions_)
    if (selector.all || (!selector.labels.empty() && matches(labels, selector.labels)))
      chosen.insert(region);
  return {chosen.begin(), chosen.end()};
}

void Planner::recall_regions(const std::set<RegionName>& regions) {
  for (const RegionName& region : regions) regions_.try_emplace(region);
  dirty_ = true;
}

bool Planner::is_wanted(const RegionName& region) const {
  const auto agents = agents_.find(region);
  if (configured_.contains(region) || (agents != agents_.end() && !agents->second.empty()))
    return true;
  return std::any_of(checks_.begin(), checks_.end(), [&](const auto& planned) {
    const auto& names = planned.second.definition.check->regions.names;
    return std::find(names.begin(), names.end(), region) != names.end();
  });
}

void Planner::forget_regions(PlanChange& change) {
  std::erase_if(regions_, [&](const auto& entry) {
    const RegionName& region = entry.first;
    if (is_wanted(region)) return false;
    agents_.erase(region);
    told_.erase(region);
    drains_told_.erase(region);
    awaited_since_.erase(region);
    change.removed.push_back(region);
    return true;
  });
}

}  // namespace picket::controller
