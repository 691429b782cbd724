#include "controller/evaluate/attribution.h"

#include <algorithm>
#include <map>
#include <set>

namespace picket::controller {
namespace {

// What a region has to say about the condition; nothing when it is not concerned.
const FailureSummary* word_of(const RegionState& region, const RegionFacts& facts,
                              AlertCondition condition) {
  if (condition == AlertCondition::no_data) return nullptr;
  if (condition == AlertCondition::degraded)
    return facts.warning && region.warning ? &*region.warning : nullptr;
  const bool failed = facts.newest_failed || facts.failing || facts.attempt_failed;
  return failed && region.failure ? &*region.failure : nullptr;
}

// A condition of the round is of no single run: its finding says which regions differ.
void add_finding(const CheckState& state, Attribution& out) {
  if (!state.watch.holds || state.watch.findings.empty()) return;
  const RoundFinding& finding = state.watch.findings.front();
  out.kind = FailureKind::expectation;
  out.step = finding.step;
  out.message = finding.text;
  for (const RegionName& region : finding.regions)
    if (state.regions.contains(region)) out.failing.push_back(region);
}

// The one value that all have in common; empty when they differ.
template <class Member>
auto common_value(const std::vector<const FailureSummary*>& words, Member member) {
  auto value = words.front()->*member;
  for (const FailureSummary* word : words)
    if (word->*member != value) return decltype(value){};
  return value;
}

FailureKind commonest_kind(const std::vector<const FailureSummary*>& words) {
  std::map<FailureKind, int> counts;
  for (const FailureSummary* word : words) ++counts[word->kind];
  return std::max_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

Attribution::Scope scope_of(std::size_t failing, int reporting) {
  if (failing == 1) return Attribution::Scope::one_region;
  if (static_cast<int>(failing) >= reporting) return Attribution::Scope::all_regions;
  return Attribution::Scope::several_regions;
}

}  // namespace

Attribution attribute(const CheckState& state, const CheckFacts& facts, AlertCondition condition) {
  Attribution out;
  out.reporting = facts.reporting;
  std::vector<const FailureSummary*> words;
  std::set<std::string> passing_pops;
  std::set<std::string> passing_addresses;
  WallTime newest;
  for (const auto& [name, region] : state.regions) {
    const RegionFacts& seen = facts.of(name);
    if (const FailureSummary* word = word_of(region, seen, condition)) {
      out.failing.push_back(name);
      words.push_back(word);
      const WallTime at = region.runs.empty() ? WallTime{} : region.runs.back().at;
      if (at >= newest) out.message = word->message;
      newest = std::max(newest, at);
    } else if (seen.counts && !seen.newest_failed) {
      passing_pops.insert(region.pop);
      passing_addresses.insert(region.remote_address);
    }
  }
  if (words.empty() && condition == AlertCondition::degraded) add_finding(state, out);
  out.scope = scope_of(out.failing.size(), out.reporting);
  if (words.empty()) return out;
  out.kind = commonest_kind(words);
  out.step = common_value(words, &FailureSummary::step);
  out.status = common_value(words, &FailureSummary::status);
  out.pop = common_value(words, &FailureSummary::pop);
  out.remote_address = common_value(words, &FailureSummary::remote_address);
  if (passing_pops.contains(out.pop)) out.pop.clear();
  if (passing_addresses.contains(out.remote_address)) out.remote_address.clear();
  return out;
}

std::vector<RegionView> region_views(const CheckState& state, const CheckFacts& facts) {
  std::vector<RegionView> views;
  for (const auto& [name, region] : state.regions) {
    const RegionFacts& seen = facts.of(name);
    RegionView view{.region = name, .failing = seen.failing, .reporting = seen.reporting};
    view.blind = region.flags.blind;
    if (seen.newest_failed || seen.failing || seen.attempt_failed) view.failure = region.failure;
    if (!region.runs.empty()) view.last_run = region.runs.back().at;
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace picket::controller
