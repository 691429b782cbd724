// Run-now orders on their way to agents: numbered per agent session and handed out until the
// agent says that it has seen them. Pure state, in memory only: an order that is lost is ordered
// again by the evaluator.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"
#include "common/model/check.h"
#include "common/model/run.h"

namespace picket::controller {

// Of an order for `picket test`: what to run, since it is in no plan.
struct OrderedTest {
  std::string id;
  std::shared_ptr<const Check> check;
};

struct Order {
  std::uint64_t number{0};  // set by the desk
  CheckName check;
  Revision revision;
  RunKind kind{RunKind::confirmation};
  WallTime round;
  std::uint32_t ordinal{0};
  WallTime expires;
  std::optional<OrderedTest> test;
};

class OrderDesk {
 public:
  // At most this many wait for one agent; the oldest are dropped and counted.
  static constexpr std::size_t kPerAgentMax = 10'000;

  void add(const AgentId& agent, Order order);

  // What agent `agent` has not seen of its session: orders above `seen`, not expired. A session
  // that the desk does not know goes on above what it has seen, with whatever still waits: a new
  // agent has seen none, one that outlived a restart of the controller has seen many.
  std::vector<Order> take(const AgentId& agent, const std::string& session, std::uint64_t seen,
                          WallTime now);

  bool has(const AgentId& agent, std::uint64_t seen) const;
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Queue {
    std::string session;
    std::uint64_t next{1};
    std::deque<Order> orders;
  };
  std::map<AgentId, Queue> queues_;
  std::uint64_t dropped_{0};
};

}  // namespace picket::controller
