#include "cli/replay/adapt.h"

#include <fmt/format.h>

#include <algorithm>

namespace picket::cli {
namespace {

// Without positions, which move with every line above.
bool same_work(Step a, Step b) {
  a.at = b.at = {};
  for (Step* step : {&a, &b}) {
    for (Expectation& one : step->expect) one.at = {};
    for (Capture& one : step->captures) one.at = {};
  }
  return a == b;
}

void compare_steps(const Check& changed, const Check& recorded, std::vector<std::string>& notes) {
  for (const Step& step : changed.steps) {
    const auto old = std::find_if(recorded.steps.begin(), recorded.steps.end(),
                                  [&](const Step& one) { return one.name == step.name; });
    if (old == recorded.steps.end())
      notes.push_back(fmt::format("step \"{}\" was not in the history", step.name));
    else if (!same_work(step, *old))
      notes.push_back(
          fmt::format("step \"{}\" has changed: its runs passed and failed by the "
                      "recorded one",
                      step.name));
  }
  for (const Step& step : recorded.steps)
    if (std::none_of(changed.steps.begin(), changed.steps.end(),
                     [&](const Step& one) { return one.name == step.name; }))
      notes.push_back(
          fmt::format("step \"{}\" is removed: its failures are still in the runs", step.name));
}

}  // namespace

Adapted adapt(const Check& changed, const Check& recorded) {
  Adapted out{changed, {}};
  std::vector<std::string>& notes = out.not_judged;
  if (changed.interval != recorded.interval)
    notes.push_back(fmt::format("interval {}: the runs were made every {}",
                                render_duration(changed.interval),
                                render_duration(recorded.interval)));
  if (changed.timeout != recorded.timeout)
    notes.push_back(fmt::format("timeout {}: the runs had {}", render_duration(changed.timeout),
                                render_duration(recorded.timeout)));
  if (changed.retries != recorded.retries)
    notes.push_back(fmt::format("retries {}: the runs had {}", changed.retries, recorded.retries));
  compare_steps(changed, recorded, notes);
  out.check.interval = recorded.interval;
  out.check.timeout = recorded.timeout;
  out.check.retries = recorded.retries;
  out.check.steps = recorded.steps;
  return out;
}

std::vector<RegionName> adapt_regions(const RegionSelector& selector,
                                      const std::vector<RegionName>& recorded,
                                      std::vector<std::string>& not_judged) {
  if (selector.all || !selector.labels.empty()) return recorded;
  std::vector<RegionName> kept;
  for (const RegionName& name : selector.names)
    if (std::find(recorded.begin(), recorded.end(), name) != recorded.end())
      kept.push_back(name);
    else
      not_judged.push_back(fmt::format("region {} was not in the history", name.value));
  std::sort(kept.begin(), kept.end());
  return kept;
}

}  // namespace picket::cli
