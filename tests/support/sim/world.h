// A whole Picket in virtual time: the real controller and real agents on simulated machines, a
// site to look at, a PagerDuty to page, a network that misbehaves. Everything follows from the
// seed. One thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "common/core/random.h"
#include "controller/controller.h"
#include "controller/server/handler.h"
#include "tests/support/sim/memory_disk.h"
#include "tests/support/sim/sim_link.h"
#include "tests/support/sim/sim_pagerduty.h"
#include "tests/support/sim/sim_site.h"
#include "tests/support/sim/timeline.h"

namespace picket::sim {

inline constexpr WallTime kWorldStart{Millis{1'795'305'600'000}};  // 2026-11-22T00:00:00Z

struct WorldOptions {
  std::uint64_t seed{1};
  int regions{12};
  std::vector<Check> checks;  // empty: one http check, five minutes, all regions
  WallTime start{kWorldStart};
  std::vector<std::string> fleet_receivers{};  // told of blind regions and dead agents
  int twins{0};  // so many regions, from the first, have a second agent: behind all others
};

// An http check of every region that pages pagerduty/main, with webhook/spare as fallback.
Check make_world_check(const std::string& name, Millis interval);

class World {
 public:
  explicit World(WorldOptions options);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void start_controller();
  void kill_controller();  // kill -9: what was not committed is gone
  bool controller_runs() const { return controller_ != nullptr; }

  void start_agent(std::size_t index);
  void kill_agent(std::size_t index, bool power_loss);
  void drain_agent(std::size_t index);  // SIGTERM, until it has ended
  bool agent_runs(std::size_t index) const { return machines_[index].agent != nullptr; }

  // The checks that stand in the directory from now on: the controller sees them within 2 s. One
  // may be deleted and come back once.
  void set_checks(std::vector<Check> checks);

  // What the controller's configuration says. As by SIGHUP: with what stands in the directory; its
  // answer. A controller that starts later has the newest that was taken.
  controller::ControllerSettings settings() const;
  Status reconfigure(controller::ControllerSettings next);

  // What a person with the admin token asks of the controller, which must run; its answer.
  controller::ServerResponse ask(const std::string& method, const std::string& path,
                                 const std::string& body);

  // The machine's wall clock jumps, as by a hand or a broken time server.
  void step_agent_clock(std::size_t index, Millis by);
  void step_controller_clock(Millis by);

  // Starts what is down, ends every fault of network, site and PagerDuty.
  void heal();

  // Every link, now and for agents started later.
  void set_weather(const LinkWeather& weather);
  SimLink* link(std::size_t index);

  void run_for(Nanos span);

  Timeline& timeline() { return timeline_; }
  SimSite& site() { return site_; }
  SimPagerDuty& pager() { return pager_; }
  controller::Store& store() { return *store_; }
  const controller::Controller* controller() const { return controller_.get(); }
  const std::vector<RegionName>& regions() const { return regions_; }
  MemoryDisk& disk(std::size_t index) { return *machines_[index].disk; }

  // What breaks a promise of paging.md, 7, found at any rest so far; empty is good.
  const std::vector<std::string>& violations() const { return violations_; }
  // The promises that can only be judged at the end, after heal() and five quiet minutes.
  void judge_end();

  // Equal for equal runs.
  std::string trace_hash();

  // Runs that agents were told are durable, as "check/region/round/kind/ordinal".
  const std::set<std::string>& acknowledged() const { return acknowledged_; }

 private:
  struct Machine {
    RegionName region;
    std::string name{"agent"};
    std::unique_ptr<MemoryDisk> disk;
    std::shared_ptr<Node> node;
    std::unique_ptr<async::DisciplinedClock> clock;
    std::unique_ptr<SimProbe> probe;
    std::unique_ptr<SimLink> link;
    std::unique_ptr<agent::SecretSource> secrets;
    std::unique_ptr<agent::Agent> agent;
    std::unique_ptr<async::TaskGroup> tasks;
    int starts{0};
    std::string failure;  // why the agent did not start
  };

  controller::Reloader::Load loader() const;
  std::string issue_token(const RegionName& region);
  void watch_results(SimLink& link);
  void at_rest();
  void judge_pages();
  void judge_message(const SimPagerDuty::Event& event);
  void judge_one_per_alert(const controller::OutboxRow& row);
  void judge_witnesses(const controller::OutboxRow& row);
  void judge_resolve(const controller::OutboxRow& row, const SimPagerDuty::Event& event);
  void judge_due();
  void judge_ledger();
  void judge_slots(const Check& check, WallTime round);
  bool was_absent(const Check& check, WallTime round) const;
  void judge_results();
  void judge_open_set();
  void complain(const std::string& what);

  WorldOptions options_;
  std::optional<controller::ControllerSettings> configured_;  // since
  Random random_;
  Timeline timeline_;
  SimSite site_;
  std::vector<RegionName> regions_;
  LinkWeather weather_;
  std::unique_ptr<controller::Store> store_;
  std::unique_ptr<controller::CertificateAuthority> authority_;
  std::shared_ptr<Node> pager_node_;
  SimPagerDuty pager_;
  ControllerPort port_;
  std::shared_ptr<Node> controller_node_;
  std::unique_ptr<async::DisciplinedClock> controller_clock_;  // as the daemon has one
  std::unique_ptr<controller::Controller> controller_;
  int controller_starts_{0};
  int checks_revision_{0};
  struct Absence {
    WallTime from;
    std::optional<WallTime> until;  // nothing: it has not come back
  };
  std::map<CheckName, Absence> absent_;  // checks that were deleted
  std::vector<Machine> machines_;
  std::set<std::string> acknowledged_;
  WallTime controller_since_;
  WallTime next_look_;
  std::size_t events_judged_{0};
  std::map<std::string, std::string> last_action_;  // by dedup key
  std::set<std::string> complained_;
  std::vector<std::string> violations_;
  std::unique_ptr<async::DisciplinedClock>
      true_clock_;  // of the controller's machine, set by nobody
  std::unique_ptr<async::TaskGroup> controller_tasks_;  // of the daemon around the controller
};

}  // namespace picket::sim
