// Judges the watchers: a region is blind when what it sees fails across unrelated targets while
// the same checks pass elsewhere, or by its control targets (agent_sight.h); offline when it has no
// agent. One page each. Fed by the same events as the Evaluator, one instance per controller; pure,
// no clock, no I/O.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "controller/evaluate/agent_sight.h"
#include "controller/evaluate/effects.h"
#include "controller/evaluate/event.h"

namespace picket::controller {

struct FleetEffects {
  std::vector<RegionSight> sights;  // to be recorded as events and given to the Evaluator
  std::vector<AgentSightChanged> agent_sights;  // likewise
  std::vector<FleetTransition> transitions;
};

class FleetSight {
 public:
  // RegionSight events (its own, read back from the log) set the state without new effects.
  FleetEffects apply(const Event& event);

  // Ends an `offline` incident 10 min after its region came back for good.
  FleetEffects advance(WallTime now);
  std::optional<WallTime> next_due() const;

  std::string snapshot() const;
  Status restore(const std::string& blob);  // Error corrupt; the state is then unchanged

  bool blind(const RegionName& region) const;
  std::set<RegionName> blind_regions() const;
  const std::set<AgentId>& blind_agents() const { return agents_.blind(); }
  bool online(const RegionName& region) const;
  std::set<RegionName> offline_regions() const;
  std::set<RegionName> regions() const;  // of which anything is known

  // Newest result of one check in one region.
  struct Seen {
    WallTime at;
    bool failed{false};
    bool silent{false};  // failed without any answer from the target: our network may be it
    std::string target;  // address, else host: unrelated targets differ
  };
  struct Region {
    bool online{true};
    bool blind{false};
    std::optional<WallTime> offline_since;  // of an open incident
    std::optional<WallTime> blind_since;
    std::optional<WallTime> back_since;
    WallTime drains_until;                       // every agent there has said that it goes
    std::set<CheckName> silent;                  // checks whose newest run failed silently
    std::optional<WallTime> settles_at() const;  // when it is back for good, if it stays
  };

 private:
  void see(const RunReceived& received, WallTime at, FleetEffects& effects);
  void forget(const CheckName& check);
  void judge(const RegionName& name, WallTime at, FleetEffects& effects);
  void set_blind(const RegionName& name, bool blind, std::string title, WallTime at,
                 FleetEffects& effects);
  void absorb(AgentSight::News news, FleetEffects& effects);
  void follow_agents(AgentSight::News news, WallTime at, FleetEffects& effects);
  void set_online(const RegionLiveness& liveness, WallTime at, FleetEffects& effects);
  void remove(const RegionName& name, WallTime at, FleetEffects& effects);
  bool passes_elsewhere(const CheckName& check, const RegionName& here, WallTime at) const;
  bool looks_blind(const RegionName& name, const Region& region, WallTime at) const;
  bool looks_sighted(const RegionName& name, const Region& region) const;

  AgentSight agents_;
  std::map<RegionName, Region> regions_;
  std::map<CheckName, std::map<RegionName, Seen>> seen_;
  std::map<CheckName, Millis> fresh_for_;
  std::map<CheckName, std::string> host_;
};

}  // namespace picket::controller
