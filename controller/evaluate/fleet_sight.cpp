#include "controller/evaluate/fleet_sight.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace picket::controller {
namespace {

constexpr std::size_t kChecksLeast = 3;  // distinct targets among what fails
constexpr std::size_t kBlindPercent = 80;
constexpr std::size_t kSightedPercent = 50;
constexpr Millis kStableAfter{600'000};

// "shop.example" of "https://shop.example:8443/x"; templates stay as they are written.
std::string host_of(const Check& check) {
  for (const Step& step : check.steps) {
    const std::string authority = authority_of(target_of(step.action));
    if (!authority.empty()) return authority.substr(0, authority.rfind(':'));
  }
  return check.name.value;
}

FleetSight::Seen seen_of(const RunResult& run, WallTime at, const std::string& host) {
  FleetSight::Seen seen{.at = std::min(at, run.started)};
  seen.failed = run.verdict == RunVerdict::fail;
  seen.target = host;
  const auto failure = summarize_failure(run);
  if (!seen.failed || !failure) return seen;
  seen.silent = failure->status == 0;
  if (!failure->remote_address.empty()) seen.target = failure->remote_address;
  return seen;
}

FleetTransition say(const RegionName& region, const std::string& alert, AlertPhase phase,
                    WallTime at) {
  FleetTransition t{.subject = "region:" + region.value, .alert_id = alert};
  t.phase = phase;
  t.at = at;
  t.opening_round = at;
  t.region = region;
  return t;
}

}  // namespace

// Who has said that it goes is waited for, and has not come back by that.
std::optional<WallTime> FleetSight::Region::settles_at() const {
  if (!back_since) return std::nullopt;
  return std::max(*back_since, drains_until) + kStableAfter;
}

bool FleetSight::blind(const RegionName& region) const {
  const auto found = regions_.find(region);
  return found != regions_.end() && found->second.blind;
}

bool FleetSight::online(const RegionName& region) const {
  const auto found = regions_.find(region);
  return found == regions_.end() || found->second.online;
}

bool FleetSight::passes_elsewhere(const CheckName& check, const RegionName& here,
                                  WallTime at) const {
  const auto found = seen_.find(check);
  if (found == seen_.end()) return false;
  const Millis fresh = fresh_for_.at(check);
  int passes = 0;
  int fails = 0;
  for (const auto& [name, seen] : found->second) {
    if (name == here || blind(name) || at - seen.at > fresh) continue;
    (seen.failed ? fails : passes) += 1;
  }
  return passes > fails;
}

// Of the checks that looked from here since the silence began, 80 % got no answer and pass
// elsewhere, over at least three unrelated targets.
bool FleetSight::looks_blind(const RegionName& name, const Region& region, WallTime at) const {
  if (region.silent.size() < kChecksLeast) return false;
  std::optional<WallTime> began;
  for (const CheckName& check : region.silent) {
    const WallTime seen = seen_.at(check).at(name).at;
    if (at - seen <= fresh_for_.at(check)) began = began ? std::min(*began, seen) : seen;
  }
  if (!began) return false;
  std::size_t looked = 0;
  std::size_t silent = 0;
  std::set<std::string> targets;
  for (const auto& [check, by_region] : seen_) {
    const auto seen = by_region.find(name);
    if (seen == by_region.end() || seen->second.at < *began) continue;
    ++looked;
    if (!seen->second.silent || !passes_elsewhere(check, name, at)) continue;
    ++silent;
    targets.insert(seen->second.target);
  }
  return targets.size() >= kChecksLeast && silent * 100 >= looked * kBlindPercent;
}

// Half of what it looks at since it went blind is answered again.
bool FleetSight::looks_sighted(const RegionName& name, const Region& region) const {
  std::size_t looked = 0;
  std::size_t answered = 0;
  for (const auto& [check, by_region] : seen_) {
    const auto seen = by_region.find(name);
    if (seen == by_region.end() || (region.blind_since && seen->second.at < *region.blind_since))
      continue;
    ++looked;
    answered += seen->second.silent ? 0 : 1;
  }
  // Before all that failed has been looked at again, a single answer proves little.
  return answered >= kChecksLeast - 1 && answered * 100 >= looked * kSightedPercent;
}

void FleetSight::set_blind(const RegionName& name, bool blind, std::string title, WallTime at,
                           FleetEffects& effects) {
  Region& region = regions_[name];
  FleetTransition t = say(name, "blind", blind ? AlertPhase::fires : AlertPhase::clears, at);
  if (!blind && region.blind_since) t.opening_round = *region.blind_since;
  t.title = std::move(title);
  t.reason = blind ? "its failures are discounted until it sees again"
                   : "what it looks at is answered again";
  region.blind = blind;
  region.blind_since = blind ? std::optional{at} : std::nullopt;
  effects.sights.push_back({name, blind});
  effects.transitions.push_back(std::move(t));
}

// Control targets decide where agents report on them, else what peers see.
void FleetSight::judge(const RegionName& name, WallTime at, FleetEffects& effects) {
  Region& region = regions_[name];
  const std::optional<bool> word = agents_.region_blind(name, at);
  const std::string sees = fmt::format("region {} sees again", name.value);
  if (word && *word && !region.blind) {
    set_blind(name, true,
              fmt::format("region {} is blind: none of its control targets answers", name.value),
              at, effects);
  } else if (word && !*word && region.blind) {
    set_blind(name, false, sees, at, effects);
  } else if (!word && !region.blind && looks_blind(name, region, at)) {
    set_blind(name, true,
              fmt::format("region {} is blind: {} checks get no answer there and pass elsewhere",
                          name.value, region.silent.size()),
              at, effects);
  } else if (!word && region.blind && looks_sighted(name, region)) {
    set_blind(name, false, sees, at, effects);
  }
}

std::set<RegionName> FleetSight::blind_regions() const {
  std::set<RegionName> blind;
  for (const auto& [name, region] : regions_)
    if (region.blind) blind.insert(name);
  return blind;
}

std::set<RegionName> FleetSight::offline_regions() const {
  std::set<RegionName> offline;
  for (const auto& [name, region] : regions_)
    if (!region.online) offline.insert(name);
  return offline;
}

std::set<RegionName> FleetSight::regions() const {
  std::set<RegionName> names;
  for (const auto& [name, region] : regions_) names.insert(name);
  return names;
}

void FleetSight::absorb(AgentSight::News news, FleetEffects& effects) {
  for (AgentSightChanged& sight : news.sights) effects.agent_sights.push_back(std::move(sight));
  for (FleetTransition& t : news.transitions) effects.transitions.push_back(std::move(t));
}

// Regions first: an agent is not told of where its whole region is.
void FleetSight::follow_agents(AgentSight::News news, WallTime at, FleetEffects& effects) {
  std::set<RegionName> touched;
  for (const AgentSightChanged& sight : news.sights) touched.insert(sight.region);
  for (const auto& [name, region] : regions_)
    if (region.blind) touched.insert(name);
  absorb(std::move(news), effects);
  for (const RegionName& name : touched) judge(name, at, effects);
  std::set<RegionName> away = blind_regions();
  away.merge(offline_regions());
  absorb(agents_.advance(at, away), effects);
}

void FleetSight::see(const RunReceived& received, WallTime at, FleetEffects& effects) {
  const RunResult& run = received.run;
  const auto host = host_.find(run.key.check);
  if (host == host_.end() || received.late || received.superseded) return;
  if (run.key.kind == RunKind::manual || run.verdict == RunVerdict::unknown) return;
  Region& region = regions_[run.key.region];
  auto& by_region = seen_[run.key.check];
  const Seen seen = seen_of(run, at, host->second);
  const auto known = by_region.find(run.key.region);
  if (known != by_region.end() && known->second.at > seen.at) return;
  by_region[run.key.region] = seen;
  const bool changed = seen.silent ? region.silent.insert(run.key.check).second
                                   : region.silent.erase(run.key.check) > 0;
  // A pass elsewhere may be what was missing, a new silence or its end always matters here.
  if (changed || region.blind) judge(run.key.region, at, effects);
  if (seen.failed) return;
  for (const auto& [name, other] : regions_)
    if (name != run.key.region && !other.blind && other.silent.contains(run.key.check))
      judge(name, at, effects);
}

void FleetSight::forget(const CheckName& check) {
  seen_.erase(check);
  fresh_for_.erase(check);
  host_.erase(check);
  for (auto& [name, region] : regions_) region.silent.erase(check);
}

void FleetSight::set_online(const RegionLiveness& liveness, WallTime at, FleetEffects& effects) {
  Region& region = regions_[liveness.region];
  const WallTime drained = std::exchange(region.drains_until, liveness.drains_until);
  if (region.online == liveness.online) {
    const bool returns = drained > at && liveness.drains_until <= at;
    if (returns && region.back_since) region.back_since = at;
    return;
  }
  region.online = liveness.online;
  if (liveness.online) {
    region.back_since = at;
    return;
  }
  region.back_since.reset();
  if (region.offline_since) return;  // it was not back for good: the same incident goes on
  region.offline_since = at;
  FleetTransition t = say(liveness.region, "offline", AlertPhase::fires, at);
  t.title =
      fmt::format("region {} is offline: no agent has reported for 90 s", liveness.region.value);
  t.reason = "no agent of the region polls";
  effects.transitions.push_back(std::move(t));
}

// What was told of a region ends with it: nobody would ever say that it is back.
void FleetSight::remove(const RegionName& name, WallTime at, FleetEffects& effects) {
  for (auto& [check, by_region] : seen_) by_region.erase(name);
  const auto found = regions_.find(name);
  if (found == regions_.end()) return;
  const auto end = [&](const char* alert, std::optional<WallTime> since) {
    if (!since) return;
    FleetTransition t = say(name, alert, AlertPhase::clears, at);
    t.opening_round = *since;
    t.title = fmt::format("region {} is no more", name.value);
    t.reason = "no agent may come in from there, and neither configuration nor a check names it";
    effects.transitions.push_back(std::move(t));
  };
  end("blind", found->second.blind_since);
  end("offline", found->second.offline_since);
  regions_.erase(found);
}

FleetEffects FleetSight::apply(const Event& event) {
  FleetEffects effects = advance(event.at);
  const auto take = [&](const auto& what) {
    using What = std::decay_t<decltype(what)>;
    if constexpr (std::is_same_v<What, RunReceived>) {
      see(what, event.at, effects);
    } else if constexpr (std::is_same_v<What, CheckDefined>) {
      fresh_for_[what.check.name] = what.check.interval * 2 + what.check.timeout;
      host_[what.check.name] = host_of(what.check);
    } else if constexpr (std::is_same_v<What, CheckRemoved>) {
      forget(what.check);
    } else if constexpr (std::is_same_v<What, RegionLiveness>) {
      if (what.removed)
        remove(what.region, event.at, effects);
      else
        set_online(what, event.at, effects);
      follow_agents({}, event.at, effects);
    } else if constexpr (std::is_same_v<What, ControlReceived> ||
                         std::is_same_v<What, AgentLiveness>) {
      follow_agents(agents_.take(what, event.at), event.at, effects);
    } else if constexpr (std::is_same_v<What, AgentSightChanged>) {
      agents_.take(what, event.at);
      follow_agents({}, event.at, effects);
    } else if constexpr (std::is_same_v<What, RegionSight>) {
      Region& region = regions_[what.region];
      if (region.blind == what.blind) return;
      region.blind = what.blind;
      region.blind_since = what.blind ? std::optional{event.at} : std::nullopt;
      follow_agents({}, event.at, effects);
    }
  };
  std::visit(take, event.what);
  return effects;
}

FleetEffects FleetSight::advance(WallTime now) {
  FleetEffects effects;
  if (const auto due = agents_.next_due(); due && *due <= now) follow_agents({}, now, effects);
  for (auto& [name, region] : regions_) {
    const auto settles = region.settles_at();
    if (!settles || now < *settles) continue;
    FleetTransition t = say(name, "offline", AlertPhase::clears, *settles);
    region.back_since.reset();
    if (!region.offline_since) continue;
    t.opening_round = *region.offline_since;
    t.title = fmt::format("region {} is online", name.value);
    t.reason = "an agent has polled for 10 minutes";
    region.offline_since.reset();
    effects.transitions.push_back(std::move(t));
  }
  return effects;
}

std::optional<WallTime> FleetSight::next_due() const {
  std::optional<WallTime> next = agents_.next_due();
  for (const auto& [name, region] : regions_) {
    const auto settles = region.settles_at();
    if (settles) next = next ? std::min(*next, *settles) : *settles;
  }
  return next;
}

}  // namespace picket::controller
