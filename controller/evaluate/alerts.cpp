#include "controller/evaluate/alerts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "controller/evaluate/attribution.h"
#include "controller/evaluate/conditions.h"
#include "controller/evaluate/own_conditions.h"

namespace picket::controller {
namespace {

constexpr std::array kBySeverity{AlertCondition::down,      AlertCondition::no_data,
                                 AlertCondition::regional,  AlertCondition::degraded,
                                 AlertCondition::burn_rate, AlertCondition::threshold};

struct Context {
  CheckState& state;
  const CheckFacts& facts;
  Effects& effects;
};

const Alert& definition_of(const CheckState& state, const AlertState& alert) {
  const auto& alerts = state.check->alerts;
  return *std::find_if(alerts.begin(), alerts.end(),
                       [&](const Alert& a) { return a.id == alert.id; });
}

const Episode& episode_of(const CheckState& state, const AlertState& alert) {
  return is_verdict(alert.condition) ? state.episode(alert.condition) : alert.own;
}

// A condition of its own is about what was measured, not about failing runs.
Attribution attribution_of(const CheckState& state, const CheckFacts& facts,
                           const AlertState& alert) {
  if (is_verdict(alert.condition)) return attribute(state, facts, alert.condition);
  Attribution out;
  out.reporting = facts.reporting;
  out.kind = FailureKind::expectation;
  out.message = alert.finding;
  out.failing = {alert.own.regions.begin(), alert.own.regions.end()};
  out.scope = out.failing.size() == 1 ? Attribution::Scope::one_region
                                      : Attribution::Scope::several_regions;
  const Alert& defined = definition_of(state, alert);
  if (defined.threshold) out.step = defined.threshold->step;
  return out;
}

std::string digest_of(const Attribution& a) {
  std::string digest = fmt::format("{}|{}|{}", static_cast<int>(a.kind), a.step, a.status);
  for (const SharedTrait& trait : a.shared)
    if (trait.proven) digest += fmt::format("|{} {}", to_string(trait.dimension), trait.value);
  return digest;
}

// More regions fail, or the same ones with another cause. That fewer do is told by the end.
bool is_news(const AlertState& alert, const Attribution& now) {
  const bool grown = std::any_of(now.failing.begin(), now.failing.end(), [&](const auto& region) {
    return !alert.shown_regions.contains(region);
  });
  const bool same = now.failing.size() == alert.shown_regions.size();
  return !now.failing.empty() && (grown || (same && digest_of(now) != alert.shown));
}

void say(Context& c, AlertState& alert, AlertPhase phase, std::string reason) {
  AlertTransition t{.check = c.state.check, .alert = definition_of(c.state, alert)};
  t.phase = phase;
  t.at = c.state.now;
  t.opening_round = alert.opening_round;
  t.first_bad_run = alert.first_bad;
  t.verdict = c.state.verdict;
  t.attribution = attribution_of(c.state, c.facts, alert);
  t.regions = region_views(c.state, c.facts);
  t.reason = std::move(reason);
  alert.shown = digest_of(t.attribution);
  alert.shown_regions = {t.attribution.failing.begin(), t.attribution.failing.end()};
  alert.shown_at = c.state.now;
  c.effects.transitions.push_back(std::move(t));
}

// A later episode of one round gets a name of its own: the key of its pages is made of it.
void begin(AlertState& alert, const Episode& episode) {
  alert.opening_round = std::max(episode.round, alert.opening_round + Millis{1});
  alert.first_bad = episode.first_bad;
}

std::string why(const Context& c, const AlertState& alert) {
  const AlertCondition condition = alert.condition;
  switch (condition) {
    case AlertCondition::burn_rate:
    case AlertCondition::threshold: return alert.finding;
    case AlertCondition::down:
      return fmt::format("{} regions fail, the quorum is {} of {}", c.facts.failing, c.facts.quorum,
                         c.facts.assigned);
    case AlertCondition::no_data:
      return fmt::format("{} of {} regions report, {} are needed", c.facts.reporting,
                         c.facts.assigned, c.facts.needed);
    case AlertCondition::regional: return "a region fails in 3 of its last 5 runs";
    case AlertCondition::degraded: {
      const RoundWatch& watch = c.state.watch;
      if (watch.holds && !watch.findings.empty())
        return fmt::format("in {} rounds in a row {}", watch.bad, watch.findings.front().text);
      const auto& ring = c.state.first_attempts;
      const auto bad = std::count(ring.begin(), ring.end(), '1');
      if (c.state.episode(condition).regions.empty())
        return fmt::format("first attempts failed in {} of the last {} runs", bad, ring.size());
      return "a soft threshold does not hold";
    }
  }
  return {};
}

// While the check flaps its `down` stays open: each end would soon be a new page.
bool is_held_by_flapping(const CheckState& state, const AlertState& alert) {
  return state.flap.holds && alert.condition == AlertCondition::down;
}

// An incident of the condition is open and does not end at this moment.
bool stands(const CheckState& state, AlertCondition condition) {
  return std::any_of(state.alerts.begin(), state.alerts.end(), [&](const AlertState& alert) {
    return alert.firing && alert.condition == condition &&
           (state.episode(condition).active || is_held_by_flapping(state, alert));
  });
}

// Of a condition that still holds: the incident that stands above it and has data to show.
std::optional<std::string> superseded_by(const CheckState& state, AlertCondition condition) {
  const bool minor = condition == AlertCondition::regional || condition == AlertCondition::degraded;
  if (minor && stands(state, AlertCondition::down)) return "the check is down";
  if (condition == AlertCondition::degraded && stands(state, AlertCondition::regional))
    return "a region fails";
  return std::nullopt;
}

std::string recovery_of(const Context& c, AlertCondition condition) {
  if (condition == AlertCondition::no_data)
    return fmt::format("{} of {} regions report again", c.facts.reporting, c.facts.assigned);
  return "recovered";
}

void fire(Context& c, AlertState& alert) {
  const Episode& episode = episode_of(c.state, alert);
  if (!episode.active || is_masked(c.state, alert.condition)) return;
  if (!alert.firing) {
    if (c.state.flap.holds && superseded_by(c.state, alert.condition)) return;
    if (c.state.now < episode.since + definition_of(c.state, alert).hold) return;
    if (!alert.suspected) begin(alert, episode);
    alert.first_bad = std::min(alert.first_bad, episode.first_bad);
    alert.suspected = false;
    alert.firing = true;
    say(c, alert, AlertPhase::fires, why(c, alert));
    return;
  }
  if (c.state.now - alert.shown_at < kChangesEvery) return;
  if (is_news(alert, attribution_of(c.state, c.facts, alert)))
    say(c, alert, AlertPhase::changes, "what fails has changed");
}

std::string refuted_because(const Context& c) {
  if (c.state.episode(AlertCondition::regional).active) return "only a region fails";
  const auto& regions = c.facts.regions;
  const bool passed = std::any_of(regions.begin(), regions.end(), [](const auto& region) {
    return region.second.counts && region.second.passes > 0;
  });
  return passed ? "below the quorum, and it passes again" : "no failing run is left";
}

void tell_flapping(Context& c, AlertState& alert) {
  if (!alert.firing || alert.told_flapping || !is_held_by_flapping(c.state, alert)) return;
  alert.told_flapping = true;
  say(c, alert, AlertPhase::changes, "the check flaps: one incident stays open until it is steady");
}

void clear(Context& c, AlertState& alert) {
  const Episode& episode = episode_of(c.state, alert);
  if (alert.suspected && !episode.active && !c.state.suspicion.active) {
    alert.suspected = false;
    say(c, alert, AlertPhase::clears, refuted_because(c));
  }
  if (!alert.firing) return;
  const auto above = superseded_by(c.state, alert.condition);
  if (episode.active && !above) return;
  if (!above && is_held_by_flapping(c.state, alert)) return;
  alert.firing = false;
  alert.told_flapping = false;
  if (alert.condition == AlertCondition::down) c.state.down_ended = c.state.now;
  say(c, alert, AlertPhase::clears, above ? *above : recovery_of(c, alert.condition));
}

void suspect(Context& c) {
  if (!c.state.suspicion.active) return;
  for (AlertState& alert : c.state.alerts) {
    if (alert.condition != AlertCondition::down) continue;
    if (alert.suspected || alert.firing) return;
    begin(alert, c.state.suspicion);
    alert.suspected = true;
    say(c, alert, AlertPhase::suspected, "a run failed; other regions are asked");
    return;
  }
}

}  // namespace

void update_alerts(CheckState& state, const CheckFacts& facts, Effects& effects) {
  update_own_conditions(state, facts);
  Context c{state, facts, effects};
  for (const AlertCondition condition : kBySeverity)
    for (AlertState& alert : state.alerts)
      if (alert.condition == condition) fire(c, alert);
  for (const AlertCondition condition : kBySeverity)
    for (AlertState& alert : state.alerts)
      if (alert.condition == condition) clear(c, alert);
  for (AlertState& alert : state.alerts) tell_flapping(c, alert);
  suspect(c);
}

void rebind_alerts(CheckState& state, std::shared_ptr<const Check> next, Effects& effects) {
  const CheckFacts facts = look(state, state.now);
  Context c{state, facts, effects};
  std::vector<AlertState> kept;
  for (const Alert& alert : next->alerts) {
    const auto old = std::find_if(state.alerts.begin(), state.alerts.end(), [&](const auto& a) {
      return a.id == alert.id && a.condition == alert.condition;
    });
    kept.push_back(old != state.alerts.end() ? *old : make_alert_state(alert, state.now));
    if (old != state.alerts.end() && definition_of(state, *old).threshold != alert.threshold)
      kept.back().samples.clear();  // they are of something else
  }
  for (AlertState& old : state.alerts) {
    const bool stays = std::any_of(kept.begin(), kept.end(), [&](const AlertState& a) {
      return a.id == old.id && a.condition == old.condition;
    });
    if (stays || (!old.firing && !old.suspected)) continue;
    if (old.firing && old.condition == AlertCondition::down) state.down_ended = state.now;
    say(c, old, AlertPhase::clears, "the alert is no longer defined");
  }
  state.alerts = std::move(kept);
  state.check = std::move(next);
}

void clear_alerts(CheckState& state, const std::string& reason, Effects& effects) {
  const CheckFacts facts = look(state, state.now);
  Context c{state, facts, effects};
  for (AlertState& alert : state.alerts) {
    if (!alert.firing && !alert.suspected) continue;
    alert.firing = alert.suspected = false;
    say(c, alert, AlertPhase::clears, reason);
  }
}

void note_on_alerts(CheckState& state, const std::string& reason, Effects& effects) {
  const CheckFacts facts = look(state, state.now);
  Context c{state, facts, effects};
  for (AlertState& alert : state.alerts)
    if (alert.firing) say(c, alert, AlertPhase::changes, reason);
}

std::optional<WallTime> next_alert_due(const CheckState& state) {
  std::optional<WallTime> next;
  for (const AlertState& alert : state.alerts) {
    const Episode& episode = episode_of(state, alert);
    if (const auto end = next_own_end(state, alert); end && *end > state.now)
      next = next ? std::min(*next, *end) : *end;
    if (!episode.active || is_masked(state, alert.condition)) continue;
    const WallTime at = alert.firing ? alert.shown_at + kChangesEvery
                                     : episode.since + definition_of(state, alert).hold;
    if (at > state.now) next = next ? std::min(*next, at) : at;
  }
  return next;
}

}  // namespace picket::controller
