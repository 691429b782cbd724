#include "agent/schedule/scheduler.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "common/async/with_deadline.h"
#include "common/core/log.h"

namespace picket::agent {
namespace {

constexpr Millis kStepMin{1'000};

async::Task<bool> wait_for(async::Notice& notice) {
  co_await notice.wait();
  co_return true;
}

async::Task<bool> join(async::TaskGroup& group) {
  co_await group.join();
  co_return true;
}

}  // namespace

RunResult stopped_result(const RunJob& job, WallTime started, Nanos duration) {
  StepResult step;
  step.name = job.check->steps.empty() ? "run" : job.check->steps.front().name;
  step.status = StepStatus::failed;
  step.duration = duration;
  step.failures.push_back({FailureKind::agent_stopped, "the agent was stopped during the run", {}});
  Attempt attempt;
  attempt.started = started;
  attempt.duration = duration;
  attempt.steps.push_back(std::move(step));
  RunResult out;
  out.key = job.key;
  out.revision = job.revision;
  out.started = started;
  out.duration = duration;
  out.attempts.push_back(std::move(attempt));
  return out;
}

Scheduler::Scheduler(SchedulerPorts ports, RunLimits limits)
    : ports_(std::move(ports)),
      queue_(limits),
      wake_(ports_.executor),
      loop_(ports_.executor),
      runs_(ports_.executor) {}

void Scheduler::start() { loop_.spawn("scheduler", loop()); }

void Scheduler::assign(const std::vector<Assignment>& assignments) {
  due_.assign(assignments, ports_.clock.wall_now());
  wake_.notify_all();
}

void Scheduler::order(RunJob job) {
  if (stopping_ || queue_.offer(job) != RunQueue::Answer::accepted) {
    drop(job);
    return;
  }
  wake_.notify_all();
}

void Scheduler::time_corrected(Millis step) {
  if (std::chrono::abs(step) >= kStepMin) {
    log::warn("time corrected by the controller", {{"step_ms", std::int64_t(step.count())}});
    due_.restart(ports_.clock.wall_now(), step);
  }
  wake_.notify_all();
}

void Scheduler::drop(const RunJob& job) {
  ++stats_.orders_dropped;
  log::warn("ordered run dropped", {{"run", render(job.key)}});
}

void Scheduler::miss(const RunJob& job) {
  if (job.key.kind != RunKind::scheduled) {
    drop(job);
    return;
  }
  ++stats_.missed_overloaded;
  ports_.sink.take_missed({job.key.check, job.key.round, MissReason::overloaded});
}

void Scheduler::take_due() {
  auto taken = due_.take_due(ports_.clock.wall_now());
  stats_.missed_clock += taken.untold;
  for (auto& slot : taken.missed) {
    ++stats_.missed_clock;
    ports_.sink.take_missed(std::move(slot));
  }
  for (auto& slot : taken.due) {
    const auto& check = slot.assignment.check;
    RunJob job{{check->name, ports_.region, slot.round, RunKind::scheduled, 0},
               check,
               slot.assignment.revision,
               slot.due,
               slot.due + useful_span(check->interval),
               target_host(*check)};
    if (queue_.offer(job) != RunQueue::Answer::accepted) miss(job);
  }
}

void Scheduler::start_runs() {
  for (const auto& job : queue_.take_expired(ports_.clock.wall_now())) miss(job);
  while (auto job = queue_.start()) {
    ++stats_.started;
    runs_.spawn("run", run(std::move(*job)));
  }
}

MonoTime Scheduler::next_wake() const {
  const MonoTime now = ports_.clock.now();
  const WallTime wall = ports_.clock.wall_now();
  MonoTime wake = now + ports_.longest_sleep;
  for (const auto& at : {due_.next_due(), queue_.next_expiry()})
    if (at) wake = std::min(wake, now + std::max(*at - wall, Millis{0}));
  return wake;
}

async::Task<void> Scheduler::loop() {
  while (!stopping_) {
    take_due();
    start_runs();
    if (ports_.on_pass) ports_.on_pass();
    async::Task<bool> woken = wait_for(wake_);
    co_await async::with_deadline(ports_.clock, Deadline{next_wake()}, std::move(woken));
  }
}

async::Task<void> Scheduler::run(RunJob job) {
  const WallTime started = ports_.clock.wall_now();
  const MonoTime from = ports_.clock.now();
  std::optional<RunResult> result;
  try {
    result = co_await ports_.runs.execute(job);
  } catch (const boost::system::system_error& error) {
    if (error.code() != boost::asio::error::operation_aborted) throw;
  }
  if (!result) result = stopped_result(job, started, ports_.clock.now() - from);
  result->lateness = std::max(started - job.due, Millis{0});
  stats_.lateness_max = std::max(stats_.lateness_max, result->lateness);
  queue_.finished(job);
  ports_.sink.take_result(std::move(*result));
  wake_.notify_all();
}

async::Task<void> Scheduler::drain(Nanos grace) {
  stopping_ = true;
  wake_.notify_all();
  for (const auto& job : queue_.take_waiting())
    if (job.key.kind == RunKind::scheduled)
      ports_.sink.take_missed({job.key.check, job.key.round, MissReason::offline});
  co_await loop_.join();
  async::Task<bool> joined = join(runs_);
  const auto ended = co_await async::with_deadline(
      ports_.clock, Deadline::after(ports_.clock.now(), grace), std::move(joined));
  if (ended) co_return;
  runs_.cancel_all();
  co_await runs_.join();
}

SchedulerStats Scheduler::take_stats() {
  SchedulerStats out = stats_;
  out.running = queue_.running();
  out.waiting = queue_.waiting();
  out.checks = due_.size();
  stats_.lateness_max = Millis{0};
  return out;
}

}  // namespace picket::agent
