// Judges agents: one is blind when none of its control targets answers while other agents, since
// then, get answers; offline when it alone of its region is away. One page each, none for an agent
// whose whole region is blind or offline: FleetSight tells of those. Owned by FleetSight; pure.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/evaluate/effects.h"
#include "controller/evaluate/event.h"

namespace picket::controller {

class AgentSight {
 public:
  struct News {
    std::vector<AgentSightChanged> sights;  // to be recorded as events
    std::vector<FleetTransition> transitions;
  };

  // Reports and liveness of agents; its own sights, read back from the log, change nothing anew.
  News take(const ControlReceived& control, WallTime at);
  News take(const AgentLiveness& liveness, WallTime at);
  void take(const AgentSightChanged& sight, WallTime at);

  // Ends `offline` incidents 10 min after the agent came back; begins and ends pages of agents as
  // their regions go blind or offline and come back.
  News advance(WallTime now, const std::set<RegionName>& regions_away);
  std::optional<WallTime> next_due() const;

  // What control targets say of a region: blind when every agent there that is online is; nothing
  // while none of them has reported lately.
  std::optional<bool> region_blind(const RegionName& region, WallTime at) const;
  const std::set<AgentId>& blind() const { return blind_; }

  nlohmann::json snapshot() const;
  void restore(const nlohmann::json& in);  // throws json::exception

 private:
  struct Agent {
    WallTime at;  // of the newest report
    std::set<std::string> answered;
    std::set<std::string> failed;
    std::optional<WallTime> cut_since;  // none answers since this report
    bool online{true};
    std::optional<WallTime> back_since;
    std::optional<WallTime> blind_since;
    std::optional<WallTime> offline_since;
    std::optional<WallTime> told_blind;  // opening rounds of open incidents
    std::optional<WallTime> told_offline;
    WallTime drains_until;                       // it has said that it goes
    std::optional<WallTime> settles_at() const;  // when it is back for good, if it stays
  };

  bool looks_blind(const AgentId& id, const Agent& agent, WallTime at) const;
  void judge_all(WallTime at, News& news);
  void tell(WallTime at, News& news);

  std::map<AgentId, Agent> agents_;
  std::set<AgentId> blind_;
  std::set<RegionName> away_;  // blind or offline as a whole
};

}  // namespace picket::controller
