#include "controller/evaluate/agent_sight.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace picket::controller {
namespace {

constexpr Millis kFreshCut{150'000};   // a cut-off agent looks every 30 s
constexpr Millis kFreshWord{660'000};  // of a region that sees
constexpr Millis kStableAfter{600'000};

FleetTransition say(const AgentId& id, const char* alert, AlertPhase phase, WallTime at,
                    WallTime opening) {
  FleetTransition t{.subject = "agent:" + render(id), .alert_id = alert};
  t.phase = phase;
  t.at = at;
  t.opening_round = opening;
  t.region = id.region;
  return t;
}

}  // namespace

std::optional<WallTime> AgentSight::Agent::settles_at() const {
  if (!back_since) return std::nullopt;
  return std::max(*back_since, drains_until) + kStableAfter;
}

// The same targets, if another agent has looked at one of them since; else, where each region has
// its own, that another agent gets any answer at all.
bool AgentSight::looks_blind(const AgentId& id, const Agent& agent, WallTime at) const {
  if (!agent.cut_since || at - agent.at > kFreshCut) return false;
  bool shared = false;
  bool shared_answers = false;
  bool any_answers = false;
  for (const auto& [other_id, other] : agents_) {
    if (other_id == id || other.at < *agent.cut_since) continue;
    any_answers = any_answers || !other.answered.empty();
    for (const std::string& target : agent.failed) {
      shared = shared || other.answered.contains(target) || other.failed.contains(target);
      shared_answers = shared_answers || other.answered.contains(target);
    }
  }
  return shared ? shared_answers : any_answers;
}

void AgentSight::judge_all(WallTime at, News& news) {
  for (auto& [id, agent] : agents_) {
    const bool was = blind_.contains(id);
    // Only an answer ends it: silence proves nothing.
    const bool is = was ? agent.cut_since.has_value() : looks_blind(id, agent, at);
    if (is == was) continue;
    if (is) {
      blind_.insert(id);
      agent.blind_since = at;
    } else {
      blind_.erase(id);
      agent.blind_since.reset();
    }
    news.sights.push_back({id.region, id.name, is});
  }
}

// Brings incidents of agents up to what is wanted.
void AgentSight::tell(WallTime at, News& news) {
  std::map<RegionName, int> online;
  for (const auto& [id, agent] : agents_) online[id.region] += agent.online ? 1 : 0;
  for (auto& [id, agent] : agents_) {
    const bool region_tells = away_.contains(id.region);
    const char* back = region_tells ? "goes with its region" : agent.online ? "is back" : "is gone";
    const auto bring = [&, id = id](const char* alert, const char* what, bool wanted,
                                    std::optional<WallTime>& told) {
      if (wanted == told.has_value()) return;
      const WallTime opening = wanted ? at : *told;  // an episode of its own each time
      FleetTransition t =
          say(id, alert, wanted ? AlertPhase::fires : AlertPhase::clears, at, opening);
      t.title = fmt::format("agent {} {}", render(id), wanted ? what : back);
      t.reason = wanted         ? "other agents of its region have its checks"
                 : region_tells ? "its whole region is away"
                 : agent.online ? "it sees and reports"
                                : "it is offline or was removed";
      told = wanted ? std::optional{opening} : std::nullopt;
      news.transitions.push_back(std::move(t));
    };
    const bool others = online.at(id.region) > (agent.online ? 1 : 0);
    bring("blind", "is blind: none of its control targets answers",
          agent.blind_since && agent.online && !region_tells, agent.told_blind);
    bring("offline", "is offline: it has not reported for 90 s",
          agent.offline_since && !region_tells && others, agent.told_offline);
  }
}

AgentSight::News AgentSight::take(const ControlReceived& control, WallTime at) {
  News news;
  Agent& agent = agents_[AgentId{control.region, control.agent}];
  const WallTime seen = std::min(control.report.at, at);
  if (seen < agent.at || at - seen > kFreshCut) return news;  // late, or of a backlog
  agent.at = seen;
  agent.answered.clear();
  agent.failed.clear();
  for (const ControlAnswer& answer : control.report.answers)
    (answer.answered ? agent.answered : agent.failed).insert(answer.target);
  if (!agent.answered.empty())
    agent.cut_since.reset();
  else if (!agent.cut_since)
    agent.cut_since = seen;
  judge_all(at, news);
  return news;
}

AgentSight::News AgentSight::take(const AgentLiveness& liveness, WallTime at) {
  News news;
  const AgentId id{liveness.region, liveness.agent};
  if (liveness.removed) {
    const auto found = agents_.find(id);
    if (found == agents_.end()) return news;
    found->second.offline_since.reset();
    found->second.blind_since.reset();
    found->second.online = false;
    tell(at, news);
    if (blind_.erase(id) > 0) news.sights.push_back({id.region, id.name, false});
    agents_.erase(id);
    return news;
  }
  Agent& agent = agents_[id];
  const WallTime drained = std::exchange(agent.drains_until, liveness.drains_until);
  if (agent.online == liveness.online) {
    const bool returns = drained > at && liveness.drains_until <= at;
    if (returns && agent.back_since) agent.back_since = at;
    return news;
  }
  agent.online = liveness.online;
  agent.back_since.reset();
  if (!liveness.online && !agent.offline_since) agent.offline_since = at;
  if (liveness.online && agent.offline_since) agent.back_since = at;
  return news;
}

void AgentSight::take(const AgentSightChanged& sight, WallTime at) {
  const AgentId id{sight.region, sight.agent};
  const auto agent = agents_.find(id);
  if (sight.blind == blind_.contains(id) || agent == agents_.end()) return;
  if (sight.blind)
    blind_.insert(id);
  else
    blind_.erase(id);
  agent->second.blind_since = sight.blind ? std::optional{at} : std::nullopt;
}

AgentSight::News AgentSight::advance(WallTime now, const std::set<RegionName>& regions_away) {
  News news;
  away_ = regions_away;
  for (auto& [id, agent] : agents_) {
    const auto settles = agent.settles_at();
    if (!settles || now < *settles) continue;
    agent.back_since.reset();
    agent.offline_since.reset();
  }
  tell(now, news);
  return news;
}

std::optional<WallTime> AgentSight::next_due() const {
  std::optional<WallTime> next;
  for (const auto& [id, agent] : agents_)
    if (const auto settles = agent.settles_at(); settles && (!next || *settles < *next))
      next = settles;
  return next;
}

std::optional<bool> AgentSight::region_blind(const RegionName& region, WallTime at) const {
  bool some_blind = false;
  bool some_unsure = false;
  for (const auto& [id, agent] : agents_) {
    if (id.region != region || !agent.online) continue;
    const bool blind = blind_.contains(id);
    const bool fresh = agent.at.unix_ms() != 0 && at - agent.at <= kFreshWord;
    if (!blind && fresh && !agent.answered.empty()) return false;
    (blind ? some_blind : some_unsure) = true;
  }
  return some_blind && !some_unsure ? std::optional{true} : std::nullopt;  // else peers decide
}

namespace {

using nlohmann::json;

json write(const std::optional<WallTime>& at) { return at ? json(at->unix_ms()) : json(nullptr); }

std::optional<WallTime> read_time(const json& in) {
  if (in.is_null()) return std::nullopt;
  return WallTime::from_unix_ms(in.get<std::int64_t>());
}

}  // namespace

json AgentSight::snapshot() const {
  json out = json::array();
  for (const auto& [id, agent] : agents_)
    out.push_back({id.region.value, id.name, agent.at.unix_ms(), agent.answered, agent.failed,
                   write(agent.cut_since), agent.online, write(agent.back_since),
                   write(agent.blind_since), write(agent.offline_since), write(agent.told_blind),
                   write(agent.told_offline), blind_.contains(id), agent.drains_until.unix_ms()});
  return out;
}

void AgentSight::restore(const json& in) {
  for (const json& row : in) {
    const AgentId id{RegionName{row.at(0).get<std::string>()}, row.at(1).get<std::string>()};
    Agent agent{.at = WallTime::from_unix_ms(row.at(2).get<std::int64_t>())};
    row.at(3).get_to(agent.answered);
    row.at(4).get_to(agent.failed);
    agent.cut_since = read_time(row.at(5));
    agent.online = row.at(6).get<bool>();
    agent.back_since = read_time(row.at(7));
    agent.blind_since = read_time(row.at(8));
    agent.offline_since = read_time(row.at(9));
    agent.told_blind = read_time(row.at(10));
    agent.told_offline = read_time(row.at(11));
    if (row.at(12).get<bool>()) blind_.insert(id);
    if (row.size() > 13)  // earlier versions kept none
      agent.drains_until = WallTime::from_unix_ms(row.at(13).get<std::int64_t>());
    agents_.emplace(id, std::move(agent));
  }
}

}  // namespace picket::controller
