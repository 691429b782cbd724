// What the scheduler needs of the rest of the agent: somebody who runs a check and somebody who
// takes what came of it. Interface header; implemented in agent.cpp, on the core executor.
#pragma once

#include "agent/schedule/run_job.h"
#include "common/async/clock.h"

namespace picket::agent {

class RunExecutor {
 public:
  virtual ~RunExecutor() = default;

  // Returns what happened, also when nothing could be measured.
  // Cancellation: throws operation_aborted; the scheduler then reports the run as stopped.
  virtual async::Task<RunResult> execute(RunJob job) = 0;
};

class ResultSink {
 public:
  virtual ~ResultSink() = default;
  // Both return at once; the records are written later.
  virtual void take_result(RunResult result) = 0;
  virtual void take_missed(MissedSlot missed) = 0;
};

}  // namespace picket::agent
