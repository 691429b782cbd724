#include "controller/evaluate/round_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/core/text.h"
#include "common/model/places.h"
#include "controller/evaluate/facts.h"

namespace picket::controller {
namespace {

constexpr std::string_view kPop = "pop";
constexpr std::size_t kValueBytes = 80;
constexpr std::size_t kGroupsShown = 4;
constexpr std::size_t kNamesShown = 3;

// A step's name may hold dots, a line break it may not.
std::string key_of(const Step& step, std::string_view fact) {
  return step.name + "\n" + std::string{fact};
}

using Group = std::pair<std::string, std::vector<RegionName>>;  // what they show, who

std::string names_of(const std::vector<RegionName>& regions) {
  if (regions.size() > kNamesShown) return fmt::format("{} regions", regions.size());
  std::string out;
  for (const RegionName& region : regions) out += (out.empty() ? "" : ", ") + region.value;
  return out;
}

// 11 regions "a", sa-east-1 "b": the many first.
std::string render(const std::vector<Group>& groups) {
  std::string out;
  for (std::size_t i = 0; i < std::min(groups.size(), kGroupsShown); ++i)
    out += fmt::format("{}{} {}", i == 0 ? "" : ", ", names_of(groups[i].second),
                       groups[i].first.empty() ? "nothing" : groups[i].first);
  if (groups.size() > kGroupsShown)
    out += fmt::format(", and {} more", groups.size() - kGroupsShown);
  return out;
}

struct Round {
  const CheckState& state;
  std::vector<std::pair<const RegionName*, const RegionState*>> regions;  // that can be judged
  RoundWatch found;
  bool judged{false};
};

void judge_same(Round& round, const Step& step, const std::string& fact) {
  std::map<std::string, std::vector<RegionName>> by_value;
  bool shown = false;
  for (const auto& [name, region] : round.regions) {
    const auto at = region->shown.find(key_of(step, fact));
    const bool has = at != region->shown.end();
    shown = shown || has;
    by_value[has ? at->second : std::string{}].push_back(*name);
  }
  if (!shown || round.regions.size() < 2) {
    round.found.not_judged.push_back(fmt::format(
        "{} across regions: {}", fact,
        shown || round.regions.empty() ? "fewer than two regions have run" : "no region shows it"));
    return;
  }
  round.judged = true;
  if (by_value.size() == 1) return;
  std::vector<Group> groups{by_value.begin(), by_value.end()};
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    return a.second.size() > b.second.size();
  });
  RoundFinding finding{.step = step.name, .text = fact + ": " + render(groups)};
  for (std::size_t i = 1; i < groups.size(); ++i)
    finding.regions.insert(finding.regions.end(), groups[i].second.begin(), groups[i].second.end());
  std::sort(finding.regions.begin(), finding.regions.end());
  round.found.findings.push_back(std::move(finding));
}

// Texts are kept as they are rendered, in quotes.
std::string unquoted(const std::string& text) {
  return text.size() >= 2 && text.front() == '"' ? text.substr(1, text.size() - 2) : text;
}

std::string_view continent_of(const CheckState& state, const RegionName& region) {
  const auto label = state.continents.find(region);
  if (label != state.continents.end()) return continent_of_label(label->second);
  return continent_of_region(region.value);
}

void judge_near(Round& round, const Step& step) {
  RoundFinding finding{.step = step.name, .text = "pop.near_region:"};
  std::vector<RegionName> unknown;
  for (const auto& [name, region] : round.regions) {
    const auto pop = region->shown.find(key_of(step, kPop));
    const std::string_view here = continent_of(round.state, *name);
    const std::string_view there =
        pop == region->shown.end() ? std::string_view{} : continent_of_pop(unquoted(pop->second));
    if (here.empty() || there.empty()) {
      unknown.push_back(*name);
      continue;
    }
    round.judged = true;
    if (here == there) continue;
    finding.text +=
        fmt::format("{} {} ({}) was answered by {} ({})", finding.regions.empty() ? "" : ",",
                    name->value, here, unquoted(pop->second), there);
    finding.regions.push_back(*name);
  }
  if (!unknown.empty())
    round.found.not_judged.push_back(
        "pop.near_region: it is not known where the region or its "
        "edge lies: " +
        names_of(unknown));
  if (!finding.regions.empty()) round.found.findings.push_back(std::move(finding));
}

}  // namespace

void keep_round_facts(const Check& check, const RunResult& run, RegionState& region) {
  region.shown.clear();
  region.shown_round = run.key.round;
  if (run.attempts.empty()) return;
  for (const Step& step : check.steps) {
    if (step.same_across_regions.empty() && !step.pop_near_region) continue;
    for (const StepResult& result : run.attempts.back().steps) {
      if (result.name != step.name) continue;
      for (const NamedFact& fact : result.facts) {
        const auto& names = step.same_across_regions;
        const bool wanted = std::find(names.begin(), names.end(), fact.name) != names.end() ||
                            (step.pop_near_region && fact.name == kPop);
        if (wanted)
          region.shown[key_of(step, fact.name)] =
              cut_utf8(clean_line(picket::render(fact.value)), kValueBytes);
      }
    }
  }
}

void watch_round(CheckState& state, WallTime round) {
  const bool watched = std::any_of(
      state.check->steps.begin(), state.check->steps.end(),
      [](const Step& step) { return !step.same_across_regions.empty() || step.pop_near_region; });
  if (!watched) return;
  const CheckFacts facts = look(state, state.now);
  Round over{.state = state};
  for (const auto& [name, region] : state.regions)
    if (facts.of(name).counts && !facts.of(name).newest_failed && region.shown_round >= round &&
        region.shown_round > region.judged_round)
      over.regions.emplace_back(&name, &region);
  if (over.regions.empty()) return;
  for (const Step& step : state.check->steps) {
    for (const std::string& fact : step.same_across_regions) judge_same(over, step, fact);
    if (step.pop_near_region) judge_near(over, step);
  }
  RoundWatch& watch = state.watch;
  watch.not_judged = std::move(over.found.not_judged);
  if (!over.judged) return;
  for (const auto& [name, region] : over.regions)
    state.regions.at(*name).judged_round = region->shown_round;
  const bool bad = !over.found.findings.empty();
  watch.bad = bad ? watch.bad + 1 : 0;
  watch.good = bad ? 0 : watch.good + 1;
  if (bad) watch.findings = std::move(over.found.findings);
  if (watch.bad >= kRoundsInARow) watch.holds = true;
  if (watch.good < kRoundsInARow) return;
  watch.holds = false;
  watch.findings.clear();
}

bool same_round_conditions(const Check& a, const Check& b) {
  return std::equal(a.steps.begin(), a.steps.end(), b.steps.begin(), b.steps.end(),
                    [](const Step& x, const Step& y) {
                      return x.name == y.name && x.same_across_regions == y.same_across_regions &&
                             x.pop_near_region == y.pop_near_region;
                    });
}

std::set<RegionName> watched_regions(const RoundWatch& watch) {
  std::set<RegionName> out;
  for (const RoundFinding& finding : watch.findings)
    out.insert(finding.regions.begin(), finding.regions.end());
  return out;
}

}  // namespace picket::controller
