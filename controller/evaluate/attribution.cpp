#include "controller/evaluate/attribution.h"

#include <algorithm>
#include <map>
#include <set>

#include "controller/evaluate/sightings.h"

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

bool is_of_certificate(FailureKind kind) {
  return kind == FailureKind::tls_expired || kind == FailureKind::tls_not_yet_valid ||
         kind == FailureKind::tls_name_mismatch || kind == FailureKind::tls_untrusted ||
         kind == FailureKind::tls_self_signed || kind == FailureKind::tls_revoked;
}

// What the failures name themselves, whoever passes.
std::set<Dimension> told_by(const std::vector<const FailureSummary*>& words) {
  const auto all = [&](auto is) {
    return !words.empty() && std::all_of(words.begin(), words.end(),
                                         [&](const auto* word) { return is(word->kind); });
  };
  std::set<Dimension> told;
  if (all(is_of_certificate)) told.insert(Dimension::certificate);
  if (all([](FailureKind kind) { return kind == FailureKind::third_party; }))
    told.insert(Dimension::origin);
  return told;
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
  WallTime newest;
  for (const auto& [name, region] : state.regions) {
    const FailureSummary* word = word_of(region, facts.of(name), condition);
    if (word == nullptr) continue;
    out.failing.push_back(name);
    words.push_back(word);
    const WallTime at = region.runs.empty() ? WallTime{} : region.runs.back().at;
    if (at >= newest) out.message = word->message;
    newest = std::max(newest, at);
  }
  const bool of_the_round = words.empty() && state.watch.holds;
  if (condition != AlertCondition::no_data && !of_the_round) {
    const Sightings sightings = gather_sightings(state, facts, condition, out.failing);
    out.shared = find_shared(sightings.failing, sightings.passing, told_by(words));
  }
  out.pop = out.culprit(Dimension::pop);
  out.remote_address = out.culprit(Dimension::address);
  if (words.empty() && condition == AlertCondition::degraded) add_finding(state, out);
  out.scope = scope_of(out.failing.size(), out.reporting);
  if (!out.culprit(Dimension::agent).empty()) out.scope = Attribution::Scope::agent;
  if (words.empty()) return out;
  out.kind = commonest_kind(words);
  out.step = common_value(words, &FailureSummary::step);
  out.status = common_value(words, &FailureSummary::status);
  return out;
}

std::vector<RegionView> region_views(const CheckState& state, const CheckFacts& facts) {
  std::vector<RegionView> views;
  for (const auto& [name, region] : state.regions) {
    const RegionFacts& seen = facts.of(name);
    RegionView view{.region = name, .failing = seen.failing, .reporting = seen.reporting};
    view.blind = region.flags.blind;
    if (seen.newest_failed || seen.failing || seen.attempt_failed)
      view.failure = region.failure.get();
    if (view.failure) view.differences = region.differences;
    if (!region.runs.empty()) view.last_run = region.runs.back().at;
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace picket::controller
