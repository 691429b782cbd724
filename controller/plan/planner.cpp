#include "controller/plan/planner.h"

#include <algorithm>
#include <utility>

#include "common/core/digest.h"
#include "common/model/schedule.h"
#include "common/wire/wire.h"

namespace picket::controller {
namespace {

// Rendezvous hashing (Thaler and Ravishankar 1998): the agent with the greatest weight has the
// check, so that losing one agent moves only its own checks.
std::string weight_of(const std::string& agent, const CheckName& check) {
  return sha256(std::to_string(agent.size()) + ":" + agent + check.value);
}

void earliest(std::optional<WallTime>& next, WallTime at) {
  if (!next || at < *next) next = at;
}

}  // namespace

void Planner::add_agent(const AgentId& agent, WallTime now) {
  regions_.try_emplace(agent.region);
  if (agents_[agent.region].try_emplace(agent.name, Agent{now}).second) dirty_ = true;
}

void Planner::remove_agent(const AgentId& agent) {
  const auto region = agents_.find(agent.region);
  if (region == agents_.end() || region->second.erase(agent.name) == 0) return;
  removed_.push_back(agent);
  dirty_ = true;
}

void Planner::keep_agents(const std::set<AgentId>& agents) {
  std::vector<AgentId> gone;
  for (const auto& [region, by_name] : agents_)
    for (const auto& [name, agent] : by_name)
      if (!agents.contains({region, name})) gone.push_back({region, name});
  for (const AgentId& agent : gone) remove_agent(agent);
}

void Planner::set_sight(std::set<RegionName> blind_regions, std::set<AgentId> blind_agents) {
  if (blind_regions == blind_regions_ && blind_agents == blind_agents_) return;
  blind_regions_ = std::move(blind_regions);
  blind_agents_ = std::move(blind_agents);
  dirty_ = true;
}

bool Planner::sees(const RegionName& region, const std::string& agent) const {
  return !blind_agents_.contains(AgentId{region, agent});
}

void Planner::set_checks(std::vector<PlannedCheck> checks) {
  std::map<CheckName, Planned> next;
  for (PlannedCheck& check : checks) {
    const CheckName name = check.check->name;
    Planned planned;
    if (const auto old = checks_.find(name); old != checks_.end()) {
      planned = std::move(old->second);
      checks_.erase(old);
    }
    const bool changed = planned.definition.revision != check.revision;
    if (changed)
      for (const auto& [region, placement] : planned.regions)
        stale_.insert({region, placement.agent});
    const bool new_grid =
        planned.definition.check && planned.definition.check->interval != check.check->interval;
    if (new_grid)
      for (auto& [region, placement] : planned.regions) placement.phase = Millis{-1};
    planned.definition = std::move(check);
    next.emplace(name, std::move(planned));
  }
  for (const auto& [name, removed] : checks_)
    for (const auto& [region, placement] : removed.regions)
      stale_.insert({region, placement.agent});
  checks_ = std::move(next);
  dirty_ = true;
}

void Planner::seen(const AgentId& id, WallTime now) {
  add_agent(id, now);
  Agent& agent = agents_[id.region][id.name];
  agent.seen = std::max(agent.seen, now);
  if (agent.online) return;
  agent.online = true;
  agent.back_since = now;
  dirty_ = true;
}

void Planner::time_jumped(Millis by) {
  for (auto& [region, agents] : agents_)
    for (auto& [name, agent] : agents) {
      agent.seen = agent.seen + by;
      if (agent.back_since) agent.back_since = *agent.back_since + by;
      if (agent.drains_since) agent.drains_since = *agent.drains_since + by;
    }
  for (auto& [region, since] : awaited_since_) since = since + by;
}

void Planner::drain(const AgentId& id, WallTime now) {
  add_agent(id, now);
  Agent& agent = agents_[id.region][id.name];
  if (agent.drains_since) return;
  agent.drains_since = now;
  dirty_ = true;
}

void Planner::end_drain(const AgentId& id) {
  if (!drains(id)) return;
  agents_[id.region][id.name].drains_since.reset();
  dirty_ = true;
}

bool Planner::drains(const AgentId& id) const {
  const auto region = agents_.find(id.region);
  if (region == agents_.end()) return false;
  const auto agent = region->second.find(id.name);
  return agent != region->second.end() && agent->second.drains_since;
}

WallTime Planner::Agent::gone_at() const {
  const WallTime silent = seen + kOfflineAfter;
  return drains_since ? std::max(silent, *drains_since + kDrainGrace) : silent;
}

WallTime Planner::Agent::drains_until() const {
  return drains_since ? *drains_since + kDrainGrace : WallTime{};
}

// When the last agent of a region of which all drain is missed; an empty time: one does not drain.
WallTime Planner::drains_until(const RegionName& region) const {
  WallTime until;
  const auto agents = agents_.find(region);
  if (agents == agents_.end()) return until;
  for (const auto& [name, agent] : agents->second) {
    if (!agent.online) continue;
    if (!agent.drains_since) return {};
    until = std::max(until, agent.gone_at());
  }
  return until;
}

bool Planner::age_agents(WallTime now) {
  bool changed = false;
  for (auto& [region, agents] : agents_)
    for (auto& [name, agent] : agents) {
      if (agent.online && now >= agent.gone_at()) {
        agent.online = false;
        agent.back_since.reset();
        agent.drains_since.reset();  // it is missed like any other now
        changed = true;
      } else if (agent.back_since && now >= *agent.back_since + kStableAfter) {
        agent.back_since.reset();
        changed = true;
      }
    }
  return changed;
}

bool Planner::online(const RegionName& region) const {
  const auto agents = agents_.find(region);
  return agents != agents_.end() &&
         std::any_of(agents->second.begin(), agents->second.end(),
                     [](const auto& entry) { return entry.second.online; });
}

bool Planner::settled(const RegionName& region) const {
  const auto agents = agents_.find(region);
  return agents != agents_.end() && !blind_regions_.contains(region) &&
         std::any_of(agents->second.begin(), agents->second.end(), [&](const auto& entry) {
           return entry.second.online && !entry.second.back_since && sees(region, entry.first);
         });
}

void Planner::announce(WallTime now, PlanChange& change) {
  awaited_until_.reset();
  for (const auto& [region, labels] : regions_) {
    const bool is_online = online(region);
    if (agents_.find(region) == agents_.end()) {
      const WallTime until = awaited_since_.try_emplace(region, now).first->second + kOfflineAfter;
      if (now < until) {
        earliest(awaited_until_, until);
        continue;
      }
    }
    const auto [told, first] = told_.try_emplace(region, true);
    if (told->second == is_online) continue;
    told->second = is_online;
    change.liveness.emplace_back(region, is_online);
  }
  for (const auto& [region, agents] : agents_) {
    const WallTime until = drains_until(region);
    if (drains_told_[region] == until) continue;
    drains_told_[region] = until;
    change.drains.emplace_back(region, until);
  }
  for (AgentId& agent : removed_) change.agent_liveness.push_back({std::move(agent), false, true});
  removed_.clear();
  for (auto& [region, agents] : agents_)
    for (auto& [name, agent] : agents) {
      const std::pair word{agent.online, agent.drains_until()};
      if (agent.told == word) continue;
      agent.told = word;
      change.agent_liveness.push_back({AgentId{region, name}, agent.online, false, word.second});
    }
}

std::string Planner::choose_agent(const CheckName& check, const RegionName& region) const {
  const auto agents = agents_.find(region);
  if (agents == agents_.end()) return {};
  // Those that fit best, as far as there are any: that see, that stay, that are there for good.
  std::vector<const Agents::value_type*> fit;
  for (const auto& entry : agents->second)
    if (entry.second.online) fit.push_back(&entry);
  const auto prefer = [&fit](const auto& is_better) {
    const auto worse = std::partition(fit.begin(), fit.end(), is_better);
    if (worse != fit.begin()) fit.erase(worse, fit.end());
  };
  prefer([&](const auto* entry) { return sees(region, entry->first); });
  prefer([](const auto* entry) { return !entry->second.drains_since; });
  if (settled(region)) prefer([](const auto* entry) { return !entry->second.back_since; });
  std::pair<std::string, std::string> best;  // weight, name
  for (const auto* entry : fit)
    best = std::max(best, std::pair{weight_of(entry->first, check), entry->first});
  return best.second;
}

// Regions that are there share the interval evenly; one that is away, or back but not yet stable,
// looks at its place among all, which moves nobody else.
std::map<RegionName, Placement> Planner::place(const Planned& planned, WallTime now) const {
  const Check& check = *planned.definition.check;
  const auto chosen = select(check.regions);
  const auto calm = static_cast<std::size_t>(
      std::count_if(chosen.begin(), chosen.end(), [&](const auto& r) { return settled(r); }));
  const WallTime round = round_start(now, check.interval);
  const bool joining = planned.regions.size() < chosen.size();
  std::map<RegionName, Placement> places;
  std::size_t rank = 0;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const bool in_step = settled(chosen[i]);
    Placement placement;
    placement.phase = in_step ? phase_of(check.name, rank++, calm, check.interval)
                              : phase_of(check.name, i, chosen.size(), check.interval);
    placement.agent = choose_agent(check.name, chosen[i]);
    placement.first_round = round;
    if (const auto old = planned.regions.find(chosen[i]); old != planned.regions.end()) {
      const Placement& was = old->second;
      // Phases stand still inside a round. Only while a fleet joins, a region that is new in this
      // round and has not run yet may still move to a moment ahead in it.
      const bool still_free = joining && was.first_round >= round && round + was.phase > now &&
                              round + placement.phase > now;
      placement.first_round = was.phase == placement.phase ? was.first_round
                              : still_free                 ? round
                                                           : round + check.interval;
    }
    places.emplace(chosen[i], std::move(placement));
  }
  return places;
}

void Planner::plan_check(Planned& planned, WallTime now, PlanChange& change) {
  const bool was_paused = planned.paused;
  planned.paused = is_paused(*planned.definition.check, now);
  auto places = place(planned, now);
  const bool same_regions =
      std::equal(places.begin(), places.end(), planned.regions.begin(), planned.regions.end(),
                 [](const auto& a, const auto& b) { return a.first == b.first; });
  if (!same_regions) change.reassigned.push_back(planned.definition.check->name);
  const auto touch = [&](const RegionName& region, const std::string& agent) {
    if (!agent.empty()) change.agents.insert({region, agent});
  };
  for (const auto& [region, placement] : places) {
    const auto old = planned.regions.find(region);
    if (old == planned.regions.end() || was_paused != planned.paused) {
      touch(region, placement.agent);
    } else if (!(old->second == placement)) {
      touch(region, placement.agent);
      touch(region, old->second.agent);
    }
    if (old == planned.regions.end() || old->second.phase != placement.phase)
      change.new_generation = true;
  }
  for (const auto& [region, placement] : planned.regions)
    if (!places.contains(region)) touch(region, placement.agent);
  planned.regions = std::move(places);
}

PlanChange Planner::update(WallTime now) {
  PlanChange change;
  const bool aged = age_agents(now);
  const auto is_due = [&](const auto& at) { return at && *at <= now; };
  if (!aged && !dirty_ && !is_due(pause_ends_) && !is_due(awaited_until_)) return change;
  dirty_ = false;
  forget_regions(change);
  announce(now, change);
  for (const AgentId& agent : stale_)
    if (!agent.name.empty()) change.agents.insert(agent);
  stale_.clear();
  pause_ends_.reset();
  for (auto& [name, planned] : checks_) {
    plan_check(planned, now, change);
    const auto& paused = planned.definition.check->paused;
    if (planned.paused && paused->until) earliest(pause_ends_, *paused->until);
  }
  if (change.new_generation) ++generation_;
  return change;
}

std::optional<WallTime> Planner::next_due() const {
  std::optional<WallTime> next = pause_ends_;
  if (awaited_until_) earliest(next, *awaited_until_);
  for (const auto& [region, agents] : agents_)
    for (const auto& [name, agent] : agents) {
      if (agent.online) earliest(next, agent.gone_at());
      if (agent.back_since) earliest(next, *agent.back_since + kStableAfter);
    }
  return next;
}

std::vector<RegionName> Planner::assigned(const CheckName& check) const {
  std::vector<RegionName> names;
  if (const auto found = checks_.find(check); found != checks_.end())
    for (const auto& [region, placement] : found->second.regions) names.push_back(region);
  return names;
}

std::optional<Placement> Planner::placement(const CheckName& check,
                                            const RegionName& region) const {
  const auto found = checks_.find(check);
  if (found == checks_.end()) return std::nullopt;
  const auto place = found->second.regions.find(region);
  if (place == found->second.regions.end()) return std::nullopt;
  return place->second;
}

std::optional<Millis> Planner::worst_gap(const CheckName& check) const {
  const auto found = checks_.find(check);
  if (found == checks_.end()) return std::nullopt;
  std::vector<Millis> phases;
  for (const auto& [region, placement] : found->second.regions)
    if (!placement.agent.empty()) phases.push_back(placement.phase);
  return picket::worst_gap(std::move(phases), found->second.definition.check->interval);
}

v1::DesiredState Planner::desired(const AgentId& agent) const {
  v1::DesiredState state;
  state.set_generation(generation_);
  for (const auto& [name, planned] : checks_) {
    const auto place = planned.regions.find(agent.region);
    if (planned.paused || place == planned.regions.end()) continue;
    if (place->second.agent != agent.name) continue;
    auto& assigned = *state.add_checks();
    *assigned.mutable_check() = wire::encode(*planned.definition.check);
    assigned.set_revision(planned.definition.revision.value);
    assigned.set_phase_ms(place->second.phase.count());
    assigned.set_first_round_unix_ms(place->second.first_round.unix_ms());
  }
  state.set_digest(wire::digest_of(state));
  return state;
}

}  // namespace picket::controller
