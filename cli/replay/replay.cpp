#include "cli/replay/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/replay/adapt.h"
#include "cli/replay/survey.h"
#include "common/model/sample.h"
#include "common/wire/wire.h"

namespace picket::cli {
namespace {

using namespace controller;

class Player {
 public:
  Player(const History& history, const std::vector<Check>& changed, const ReplayOptions& options)
      : history_(history),
        options_(options),
        recorded_(history.routes, history.silences),
        changed_(history.routes, history.silences) {
    for (const Check& check : changed) wanted_[check.name] = &check;
  }

  Result<ReplayOutcome> play() {
    Survey survey;
    if (Status done = each_event([&](const Event& event) { survey.see(event); }, 0); !done)
      return fail(std::move(done.error()));
    for (const CheckDefined& defined : survey.at_begin(history_.definitions))
      take_definition(history_.warm_from, defined);
    for (const auto& [name, revision] : survey.missing(history_.definitions))
      note(name, "its recorded definition is no longer kept: judged from its next change on");
    if (Status done = each_event([&](const Event& event) { take(event); }, 0.5); !done)
      return fail(std::move(done.error()));
    recorded_.advance(history_.until);
    changed_.advance(history_.until);
    return finish(survey.events());
  }

 private:
  template <class Take>
  Status each_event(Take&& take, double done) {
    const double count = static_cast<double>(std::max<std::size_t>(1, history_.batches.size()));
    double index = 0;
    for (const HistoryBatch& batch : history_.batches) {
      const auto events = events_of(batch);
      if (!events) return fail(events.error());
      for (const Event& event : *events)
        if (event.at < history_.until) take(event);
      index += 1;
      if (options_.progress) options_.progress(done + index / count / 2, batch.last_at);
    }
    return {};
  }

  void take(const Event& event) {
    if (const auto* defined = std::get_if<CheckDefined>(&event.what))
      return take_definition(event.at, *defined);
    if (const auto* run = std::get_if<RunReceived>(&event.what)) look_for_samples(run->run);
    recorded_.apply(event.at, event.what);
    changed_.apply(event.at, event.what);
  }

  // The same news for both worlds, each in its own words.
  void take_definition(WallTime at, const CheckDefined& defined) {
    recorded_.apply(at, defined);
    const CheckName& name = defined.check.name;
    seen_.insert(name);
    const auto wanted = wanted_.find(name);
    if (wanted == wanted_.end()) {
      if (options_.keep_others) changed_.apply(at, defined);
      return;
    }
    CheckDefined other = defined;
    Adapted adapted = adapt(*wanted->second, defined.check);
    other.check = std::move(adapted.check);
    other.regions = adapt_regions(wanted->second->regions, defined.regions, adapted.not_judged);
    other.revision = wire::revision_of(other.check);
    for (std::string& text : adapted.not_judged) note(name, std::move(text));
    changed_.apply(at, other);
  }

  // Which metrics of the changed alerts the history holds at all.
  void look_for_samples(const RunResult& run) {
    const auto wanted = wanted_.find(run.key.check);
    if (wanted == wanted_.end()) return;
    for (const Alert& alert : wanted->second->alerts) {
      const std::pair key{run.key.check, alert.id};
      if (alert.threshold && sampled_.count(key) == 0 && sample_of(run, *alert.threshold))
        sampled_.insert(key);
    }
  }

  void note(const CheckName& name, std::string text) {
    auto& notes = not_judged_[name];
    if (std::find(notes.begin(), notes.end(), text) == notes.end())
      notes.push_back(std::move(text));
  }

  void note_absent() {
    for (const auto& [name, check] : wanted_) {
      if (seen_.count(name) == 0) {
        note(name, "the check was not in the history");
        continue;
      }
      for (const Alert& alert : check->alerts) {
        if (!alert.threshold || sampled_.count({name, alert.id}) != 0) continue;
        const Threshold& threshold = *alert.threshold;
        note(name, threshold.step.empty()
                       ? fmt::format("`{}` of alert {} was not in the history", threshold.metric,
                                     alert.id)
                       : fmt::format("`{}` of step \"{}\" (alert {}) was not in the history",
                                     threshold.metric, threshold.step, alert.id));
      }
    }
  }

  ReplayOutcome finish(std::uint64_t events) {
    note_absent();
    ReplayOutcome out{recorded_.incidents(), changed_.incidents(), not_judged_, events};
    const auto outside = [&](const ReplayedIncident& incident) {
      return incident.opened >= history_.until ||
             (incident.resolved && *incident.resolved < history_.from);
    };
    std::erase_if(out.recorded, outside);
    std::erase_if(out.changed, outside);
    return out;
  }

  const History& history_;
  const ReplayOptions& options_;
  ReplayWorld recorded_;
  ReplayWorld changed_;
  std::map<CheckName, const Check*> wanted_;
  std::set<CheckName> seen_;
  std::set<std::pair<CheckName, std::string>> sampled_;
  std::map<CheckName, std::vector<std::string>> not_judged_;
};

}  // namespace

Result<ReplayOutcome> replay(const History& history, const std::vector<Check>& changed,
                             const ReplayOptions& options) {
  return Player(history, changed, options).play();
}

Millis warm_up_for(const std::vector<Check>& checks) {
  Millis longest = minutes{30};
  for (const Check& check : checks) {
    longest = std::max(longest, check.interval * 6);
    for (const Alert& alert : check.alerts) {
      if (alert.threshold) longest = std::max(longest, alert.threshold->over + check.interval);
      const bool urgent = alert.severity == Severity::critical || alert.severity == Severity::error;
      for (const BurnWindow& window : kBurnWindows)
        if (alert.condition == AlertCondition::burn_rate && window.urgent == urgent)
          longest = std::max(longest, window.long_window);
    }
  }
  return longest;
}

}  // namespace picket::cli
