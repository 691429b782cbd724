#include "agent/schedule/run_queue.h"

namespace picket::agent {
namespace {

bool is_scheduled(const RunJob& job) { return job.key.kind == RunKind::scheduled; }

}  // namespace

RunQueue::Answer RunQueue::offer(RunJob job) {
  const bool scheduled = is_scheduled(job);
  if (scheduled && scheduled_.contains(job.key.check)) return Answer::overlapping;
  if (waiting_.size() >= limits_.waiting_runs) return Answer::full;
  if (scheduled) scheduled_.insert(job.key.check);
  const Place place{scheduled, job.due, arrivals_++};
  expiries_.emplace(job.useful_until, place);
  waiting_.emplace(place, std::move(job));
  return Answer::accepted;
}

RunJob RunQueue::remove(Waiting::iterator it) {
  RunJob job = std::move(it->second);
  expiries_.erase({job.useful_until, it->first});
  waiting_.erase(it);
  return job;
}

std::optional<RunJob> RunQueue::start() {
  if (running_ >= limits_.concurrent_runs) return std::nullopt;
  for (auto it = waiting_.begin(); it != waiting_.end(); ++it) {
    const std::string& host = it->second.host;
    const auto busy = running_on_.find(host);
    const bool capped = busy != running_on_.end() && busy->second >= limits_.runs_per_host;
    if (capped && !host.empty()) continue;
    RunJob job = remove(it);
    ++running_;
    ++running_on_[job.host];
    return job;
  }
  return std::nullopt;
}

void RunQueue::finished(const RunJob& job) {
  --running_;
  if (const auto it = running_on_.find(job.host); --it->second == 0) running_on_.erase(it);
  if (is_scheduled(job)) scheduled_.erase(job.key.check);
}

std::vector<RunJob> RunQueue::take_expired(WallTime now) {
  std::vector<RunJob> out;
  while (!expiries_.empty() && expiries_.begin()->first <= now) {
    out.push_back(remove(waiting_.find(expiries_.begin()->second)));
    if (is_scheduled(out.back())) scheduled_.erase(out.back().key.check);
  }
  return out;
}

std::optional<WallTime> RunQueue::next_expiry() const {
  if (expiries_.empty()) return std::nullopt;
  return expiries_.begin()->first;
}

std::vector<RunJob> RunQueue::take_waiting() {
  std::vector<RunJob> out;
  while (!waiting_.empty()) {
    out.push_back(remove(waiting_.begin()));
    if (is_scheduled(out.back())) scheduled_.erase(out.back().key.check);
  }
  return out;
}

}  // namespace picket::agent
