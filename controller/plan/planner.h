// Who runs what, when: regions of each check, the phase of each region, the agent of each (check,
// region). Keeps phases still while agents come and go, and moves them only from one round to the
// next. One instance per controller, on its strand; pure: no clock, no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/core/ids.h"
#include "common/core/result.h"
#include "common/core/time.h"
#include "common/model/check.h"

namespace picket::v1 {
class DesiredState;
}

namespace picket::controller {

using RegionLabels = std::map<std::string, std::string>;

struct PlannedCheck {
  std::shared_ptr<const Check> check;
  Revision revision;
};

// What update() changed; the caller records and announces it.
struct PlanChange {
  std::vector<std::pair<RegionName, bool>> liveness;    // region is online from now / offline
  std::vector<std::pair<RegionName, WallTime>> drains;  // every agent there drains, until then; an
                                                        // empty time: not any more
  struct AgentChange {
    AgentId agent;
    bool online{true};
    bool removed{false};
    WallTime drains_until{};  // it has said that it goes; an empty time: it runs checks
  };
  std::vector<AgentChange> agent_liveness;
  std::vector<RegionName> removed;    // that are no more: to be told last
  std::vector<CheckName> reassigned;  // whose set of assigned regions changed
  std::set<AgentId> agents;           // whose desired state changed
  bool new_generation{false};
};

// Of one check in one region.
struct Placement {
  Millis phase{0};
  WallTime first_round;  // the phase holds from this round on
  std::string agent;     // name; empty: no agent of the region is online
  bool operator==(const Placement&) const = default;
};

class Planner {
 public:
  static constexpr Millis kOfflineAfter{90'000};
  static constexpr Millis kStableAfter{600'000};
  static constexpr Millis kDrainGrace{600'000};  // an agent that said that it goes is not missed

  // What is known. Agents given at a start count as online until 90 s have passed in silence; a
  // region without any is announced as offline after as long. One that is not configured, without
  // an agent and not named by a check is no more.
  void set_region(const RegionName& region, RegionLabels labels);
  std::string label_of(const RegionName& region, const std::string& label) const;  // or empty
  void add_agent(const AgentId& agent, WallTime now);
  void remove_agent(const AgentId& agent);
  void keep_agents(const std::set<AgentId>& agents);  // removes all others
  void set_checks(std::vector<PlannedCheck> checks);

  // Whose runs are not to be believed: blind regions leave their share of the interval to others,
  // checks of blind agents move to agents of the region that see.
  void set_sight(std::set<RegionName> blind_regions, std::set<AgentId> blind_agents);

  // The agent polled or reported.
  void seen(const AgentId& agent, WallTime now);

  // Time went on by so much at once: nobody was silent for as long.
  void time_jumped(Millis by);

  // The agent has said that it goes: others of its region take its checks, and until kDrainGrace
  // has passed it counts as online. Told again it changes nothing.
  void drain(const AgentId& agent, WallTime now);
  void end_drain(const AgentId& agent);  // it is back
  bool drains(const AgentId& agent) const;

  // Decides anew what the news since the last call changes; cheap when there is none.
  PlanChange update(WallTime now);

  // When update() may find an agent gone or stable, or a pause over, without further news.
  std::optional<WallTime> next_due() const;

  std::uint64_t generation() const { return generation_; }
  std::vector<RegionName> assigned(const CheckName& check) const;  // ordered by name
  std::optional<Placement> placement(const CheckName& check, const RegionName& region) const;
  bool online(const RegionName& region) const;
  std::vector<RegionName> select(const RegionSelector& selector) const;  // ordered by name

  // The longest span in which nobody looks, over the regions that are online.
  std::optional<Millis> worst_gap(const CheckName& check) const;

  // Complete and digested, checks ordered by name, paused ones left out; empty for an unknown
  // agent. Costs an encoding of every check: keep it until PlanChange::agents names the agent.
  v1::DesiredState desired(const AgentId& agent) const;

  // Generation and who was away, as versioned bytes: a restart moves no phase.
  std::string snapshot() const;
  Status restore(const std::string& blob, WallTime now);  // corrupt; the state is then unchanged

  // At a start: regions of the event log, whether they are still wanted or not.
  void recall_regions(const std::set<RegionName>& regions);

  // At a start the event log has the last word on what was announced of each region. Where it says
  // offline, agents are away until they are heard; where it says online and the snapshot knows of
  // none, they have 90 s.
  void set_told(const std::set<RegionName>& offline, WallTime now);

 private:
  struct Agent {
    WallTime seen;
    bool online{true};
    std::optional<WallTime> back_since;  // came back, not yet stable
    std::optional<WallTime> drains_since{};
    std::optional<std::pair<bool, WallTime>> told{};  // online and drains until, as last announced
                                                      // since the start
    WallTime gone_at() const;                         // when silence makes it offline
    WallTime drains_until() const;                    // as it is announced
  };
  struct Planned {
    PlannedCheck definition;
    bool paused{false};
    std::map<RegionName, Placement> regions;  // assigned
  };
  using Agents = std::map<std::string, Agent>;

  bool is_wanted(const RegionName& region) const;
  void forget_regions(PlanChange& change);
  bool settled(const RegionName& region) const;
  bool age_agents(WallTime now);
  void announce(WallTime now, PlanChange& change);
  WallTime drains_until(const RegionName& region) const;
  bool sees(const RegionName& region, const std::string& agent) const;
  void plan_check(Planned& planned, WallTime now, PlanChange& change);
  std::map<RegionName, Placement> place(const Planned& planned, WallTime now) const;
  std::string choose_agent(const CheckName& check, const RegionName& region) const;

  std::map<RegionName, RegionLabels> regions_;
  std::set<RegionName> configured_;
  std::map<RegionName, Agents> agents_;
  std::map<RegionName, bool> told_;               // liveness as last announced
  std::map<RegionName, WallTime> drains_told_;    // of regions of which every agent drains
  std::map<RegionName, WallTime> awaited_since_;  // that have no agent; since the start
  std::optional<WallTime> awaited_until_;         // the next one
  std::set<RegionName> blind_regions_;
  std::set<AgentId> blind_agents_;
  std::vector<AgentId> removed_;  // since the last update
  std::map<CheckName, Planned> checks_;
  std::set<AgentId> stale_;  // whose checks were changed or removed since the last update
  std::optional<WallTime> pause_ends_;  // the next one
  std::uint64_t generation_{0};
  bool dirty_{true};
};

}  // namespace picket::controller
