#include "controller/evaluate/sightings.h"

#include <algorithm>
#include <utility>

#include "controller/evaluate/last_good.h"

namespace picket::controller {
namespace {

constexpr int kRetriesRecall = 2;  // intervals, in which a hidden first attempt is told of

RunTraits traits_of_first_attempt(const RunResult& run) {
  RunResult first = run;
  first.attempts.resize(1);
  return traits_of_failure(first);
}

void add_label(const std::map<RegionName, std::string>& labels, Dimension dimension,
               Sighting& sighting) {
  if (const auto label = labels.find(sighting.region); label != labels.end())
    sighting.values[std::string{to_string(dimension)}] = {label->second};
}

Sighting make_sighting(const CheckState& state, const RegionName& region, const KeptTraits& kept) {
  RunTraits traits = kept.unpack();
  Sighting sighting{region, traits.partial, std::move(traits.values)};
  add_label(state.networks, Dimension::network, sighting);
  add_label(state.providers, Dimension::provider, sighting);
  return sighting;
}

const Boxed<KeptTraits>& failing_traits(const RegionState& region, AlertCondition condition) {
  return condition == AlertCondition::degraded ? region.warned : region.failed;
}

WallTime begin_of(const CheckState& state, AlertCondition condition, WallTime first_failing) {
  const Episode& episode = state.episode(condition);
  if (episode.active) return std::min(first_failing, episode.first_bad);
  if (state.suspicion.active) return std::min(first_failing, state.suspicion.first_bad);
  return first_failing;
}

// A region that keeps failing may pass in between: its fault began with the oldest failing run
// known.
WallTime oldest_failing(const RegionState& region, WallTime newest) {
  for (const RunBrief& run : region.runs)
    if (run.verdict == RunVerdict::fail) return std::min(newest, run.at);
  return newest;
}

}  // namespace

void note_traits(RegionState& region, const RunReceived& received) {
  const RunResult& run = received.run;
  const std::string agent = run.key.region.value + "/" + received.agent;
  const auto note = [&](Boxed<KeptTraits>& into, RunTraits traits) {
    traits.at = region.runs.back().at;
    add_trait(traits, Dimension::agent, agent);
    into = KeptTraits{traits};
  };
  if (run.verdict == RunVerdict::fail) {
    note(region.failed, traits_of_failure(run));
    region.differences = differences_from(region.last_good, run);
    return;
  }
  note(region.passed, traits_of_pass(run));
  region.differences.clear();
  if (run.verdict == RunVerdict::degraded) note(region.warned, traits_of_warning(run));
  if (run.verdict == RunVerdict::pass) region.last_good = pack_last_good(run);
  if (run.verdict == RunVerdict::pass_on_retry)
    note(region.first_failed, traits_of_first_attempt(run));
}

void note_traits(RegionState& region, const AttemptFailedReceived& received, WallTime at) {
  RunTraits traits = traits_of_failure(received.attempt.failure, at);
  add_trait(traits, Dimension::agent, received.attempt.key.region.value + "/" + received.agent);
  region.failed = KeptTraits{traits};
  region.differences.clear();
}

Sightings gather_sightings(const CheckState& state, const CheckFacts& facts,
                           AlertCondition condition, const std::vector<RegionName>& concerned) {
  Sightings out;
  const bool hidden = concerned.empty() && condition == AlertCondition::degraded;
  std::optional<WallTime> first;
  for (const auto& [name, region] : state.regions) {
    const bool is_concerned =
        hidden ? region.first_failed &&
                     state.now - region.first_failed->at() <= state.check->interval * kRetriesRecall
               : std::find(concerned.begin(), concerned.end(), name) != concerned.end();
    const auto& traits = hidden ? region.first_failed : failing_traits(region, condition);
    if (!is_concerned) continue;
    out.failing.push_back(traits ? make_sighting(state, name, *traits) : Sighting{name, false, {}});
    if (!traits) continue;
    const bool regional = condition == AlertCondition::regional;
    const WallTime at = regional ? oldest_failing(region, traits->at()) : traits->at();
    first = first ? std::min(*first, at) : at;
  }
  if (!first) return {};
  const WallTime begin = hidden ? *first : begin_of(state, condition, *first);
  for (const auto& [name, region] : state.regions) {
    const bool is_degraded = condition == AlertCondition::degraded && !hidden &&
                             std::find(concerned.begin(), concerned.end(), name) != concerned.end();
    if (!region.passed || region.passed->at() < begin || !facts.of(name).counts || is_degraded)
      continue;
    out.passing.push_back(make_sighting(state, name, *region.passed));
  }
  return out;
}

}  // namespace picket::controller
