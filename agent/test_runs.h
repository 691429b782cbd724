// The runs that `picket test` orders: a few at a time, beside the schedule, each result sent
// straight back. Nothing of them reaches the spool, the schedule or the metrics. Owned by the
// agent, on the core executor.
#pragma once

#include <cstddef>
#include <deque>

#include "agent/link/caller.h"
#include "agent/link/link_events.h"
#include "agent/script/runner.h"
#include "common/async/task_group.h"

namespace picket::agent {

class TestRuns {
 public:
  static constexpr int kConcurrentMax = 4;
  static constexpr std::size_t kWaitingMax = 256;  // more are dropped: the person sees no answer

  struct Ports {
    async::Executor executor;
    async::Clock& clock;
    Caller& caller;
    Runner& runner;
    RegionName region;
  };
  explicit TestRuns(Ports ports) : ports_(std::move(ports)), workers_(ports_.executor) {}

  void add(OrderedTest test);

  // Ends what is under way, without results. Nothing is left afterwards.
  async::Task<void> drain();

  std::size_t waiting() const { return waiting_.size(); }

 private:
  async::Task<void> work();
  async::Task<RunResult> run(const OrderedTest& test);
  async::Task<void> report(const OrderedTest& test, RunResult result);

  Ports ports_;
  std::deque<OrderedTest> waiting_;
  int working_{0};
  bool draining_{false};
  async::TaskGroup workers_;
};

}  // namespace picket::agent
