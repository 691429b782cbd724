// Starts runs when they are due or ordered and hands on what came of them: the driver around
// DueQueue and RunQueue. Owned by the agent, on the core executor.
// It keeps nothing over a restart: a new process begins with the next slot, so that no slot runs
// twice; what passed meanwhile is for the controller's ledger to say.
#pragma once

#include <cstdint>
#include <functional>

#include "agent/schedule/due_queue.h"
#include "agent/schedule/run_executor.h"
#include "agent/schedule/run_queue.h"
#include "common/async/task_group.h"

namespace picket::agent {

struct SchedulerPorts {
  async::Executor executor;
  async::Clock& clock;  // disciplined
  RunExecutor& runs;
  ResultSink& sink;
  RegionName region;
  std::function<void()> on_pass{};  // after each pass of the loop: for a watchdog; may be empty
  // Timers stand still while a machine sleeps: it looks again at least this often.
  Nanos longest_sleep{minutes{1}};
};

struct SchedulerStats {
  std::uint64_t started{0};
  std::uint64_t missed_overloaded{0};
  std::uint64_t missed_clock{0};
  std::uint64_t orders_dropped{0};
  std::size_t running{0};
  std::size_t waiting{0};
  std::size_t checks{0};
  Millis lateness_max{0};  // since the stats were last taken
};

class Scheduler {
 public:
  Scheduler(SchedulerPorts ports, RunLimits limits);

  void start();

  // The complete list; what is not in it runs no more (running runs end by themselves).
  void assign(const std::vector<Assignment>& assignments);
  const Assignment* find(const CheckName& check) const { return due_.find(check); }

  // Runs now, before what is scheduled; dropped when it cannot start before `useful_until`.
  void order(RunJob job);

  // The disciplined time was corrected by `step`.
  void time_corrected(Millis step);

  // Starts nothing more, forgets what waits, lets running runs end within the grace; the rest is
  // cancelled and reported as unknown (agent_stopped).
  async::Task<void> drain(Nanos grace);

  SchedulerStats take_stats();
  std::uint64_t started() const { return stats_.started; }

 private:
  async::Task<void> loop();
  async::Task<void> run(RunJob job);
  void take_due();
  void start_runs();
  void drop(const RunJob& job);
  void miss(const RunJob& job);
  MonoTime next_wake() const;

  SchedulerPorts ports_;
  DueQueue due_;
  RunQueue queue_;
  SchedulerStats stats_;
  bool stopping_{false};
  async::Notice wake_;
  async::TaskGroup loop_;
  async::TaskGroup runs_;
};

// What is reported of a run that was cancelled.
RunResult stopped_result(const RunJob& job, WallTime started, Nanos duration);

}  // namespace picket::agent
