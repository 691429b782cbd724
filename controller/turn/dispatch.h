// Tells agents what to run: desired states from the planner, run-now orders from the evaluator,
// both through long polls; and tells the evaluator what the planner learns of regions. One
// executor. Owned by the controller.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/async/notice.h"
#include "controller/ingest/order_desk.h"
#include "controller/plan/planner.h"
#include "controller/turn/turn.h"
#include "picket/v1/agent.pb.h"

namespace picket::controller {

struct PollRequest {
  std::string have;     // digest of the desired state that the agent holds
  std::string session;  // random, per start of the agent
  std::uint64_t orders_seen{0};
  bool tests{false};    // the agent takes orders of `picket test`
  bool drains{false};   // it starts no run any more: its session's last poll
  Millis hold{50'000};  // when there is nothing new; at most 50 s
};

// What became of a test order in a region.
enum class TestPlacement { ordered, no_agent, not_taken };  // not_taken: by any agent there

class Dispatch {
 public:
  struct Ports {
    async::Executor executor;
    async::Clock& clock;
    Turn& turn;
  };
  Dispatch(Ports ports, std::map<RegionName, RegionLabels> regions);

  // What a start finds, after the turn's restore(): `plan` is the kept snapshot or empty, `agents`
  // are all that may come in, whatever the snapshot knows.
  Status restore(const std::string& plan, const std::vector<AgentId>& agents);

  // Sent with every answer to a poll of an agent of the region.
  void set_control_targets(std::map<RegionName, std::vector<std::string>> targets) {
    control_targets_ = std::move(targets);
  }

  // The checks in force. New and changed ones are recorded as defined, absent ones as removed.
  void set_checks(std::vector<PlannedCheck> checks);

  void add_agent(const AgentId& agent);
  void remove_agent(const AgentId& agent);
  void seen(const AgentId& agent);
  void time_jumped(Millis by);  // time went on by so much at once

  void order(const std::vector<RunRequest>& requests);

  // Each answer to a poll says of which checks a good run should keep its evidence: of those wanted
  // here, and of a check that is new in a region, until keeps_evidence().
  void want_evidence(const std::vector<CheckName>& checks);
  void keeps_evidence(const CheckName& check, const RegionName& region);

  // One run for `picket test`, by any agent of the region that polls and takes tests.
  TestPlacement order_test(const RegionName& region, const OrderedTest& test, WallTime expires);
  std::vector<RegionName> select(const RegionSelector& regions) const {
    return planner_.select(regions);
  }

  // Answers at once when there is something new, else with nothing when the hold is over. One that
  // drains gets nothing; the poll of another session ends that.
  async::Task<v1::PollResponse> poll(AgentId agent, PollRequest request);

  // Ages agents and regions; runs until cancelled.
  async::Task<void> run();

  // Every parked poll returns now, and later ones at once.
  void stop();
  bool stopping() const { return stopping_; }

  // Agents whose newest poll had another desired state than they should have by now.
  std::vector<AgentId> running_old();

  const Planner& planner() const { return planner_; }
  const std::map<CheckName, PlannedCheck>& checks() const { return checks_; }

  // An agent came, drains or is back; may be empty.
  std::function<void()> on_agents_changed;
  std::uint64_t orders_dropped() const { return desk_.dropped() + unplaced_; }

 private:
  void update();
  void note_drain(const AgentId& agent, const PollRequest& request);
  void order_first_looks();
  void record_defined(const CheckName& name);
  const v1::DesiredState& desired(const AgentId& agent);
  v1::RunOrder encode(const Order& order, const AgentId& agent) const;
  static v1::TestOrder encode_test(const Order& order);
  bool tell_wishes(const AgentId& agent, v1::PollResponse& response);
  bool fill(const AgentId& agent, const PollRequest& request, v1::PollResponse& response);
  async::Task<bool> news();

  Ports ports_;
  Planner planner_;
  OrderDesk desk_;
  async::Notice changed_;
  std::map<CheckName, PlannedCheck> checks_;
  std::map<AgentId, std::shared_ptr<const v1::DesiredState>> desired_;
  // Wishes of a region, with the agent that was told; empty: none was.
  std::map<RegionName, std::map<CheckName, std::string>> evidence_;
  std::set<std::pair<CheckName, RegionName>> looked_;  // has a run, or one was ordered
  struct Poller {
    WallTime last;
    bool tests{false};
    std::string have;  // digest of what it runs
  };
  std::map<AgentId, Poller> pollers_;
  std::map<AgentId, std::string> drained_;  // the session that said so
  std::map<RegionName, std::vector<std::string>> control_targets_;
  std::uint64_t unplaced_{0};
  bool stopping_{false};
};

}  // namespace picket::controller
