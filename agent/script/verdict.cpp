#include "agent/script/verdict.h"

#include <algorithm>

namespace picket::agent {
namespace {

template <class Predicate>
bool any_failure(const std::vector<StepResult>& steps, Predicate predicate) {
  return std::any_of(steps.begin(), steps.end(), [&](const StepResult& step) {
    return std::any_of(step.failures.begin(), step.failures.end(), predicate);
  });
}

bool has_verdict(const std::vector<Attempt>& attempts, RunVerdict verdict) {
  return std::any_of(attempts.begin(), attempts.end(),
                     [&](const Attempt& attempt) { return attempt.verdict == verdict; });
}

}  // namespace

RunVerdict attempt_verdict(const std::vector<StepResult>& steps) {
  if (any_failure(steps, [](const Failure& failure) { return !is_unmeasured(failure.kind); }))
    return RunVerdict::fail;
  if (any_failure(steps, [](const Failure&) { return true; })) return RunVerdict::unknown;
  const bool warned = std::any_of(steps.begin(), steps.end(),
                                  [](const StepResult& step) { return !step.warnings.empty(); });
  return warned ? RunVerdict::degraded : RunVerdict::pass;
}

RunVerdict run_verdict(const std::vector<Attempt>& attempts) {
  const RunVerdict last = attempts.back().verdict;
  const bool failed = has_verdict(attempts, RunVerdict::fail);
  if (last == RunVerdict::degraded) return last;
  if (last == RunVerdict::pass) return failed ? RunVerdict::pass_on_retry : last;
  return failed ? RunVerdict::fail : RunVerdict::unknown;
}

bool should_retry(const std::vector<Attempt>& attempts, int retries) {
  if (attempts.empty()) return true;
  if (static_cast<int>(attempts.size()) > retries) return false;
  const Attempt& last = attempts.back();
  if (last.verdict == RunVerdict::pass || last.verdict == RunVerdict::degraded) return false;
  return !any_failure(last.steps, [](const Failure& failure) {
    return failure.kind == FailureKind::secret_missing;
  });
}

FailureKind unmeasured_kind(ErrorCode code) {
  switch (code) {
    case ErrorCode::resource_exhausted:
    case ErrorCode::disk_full: return FailureKind::agent_resources;
    case ErrorCode::unauthorized: return FailureKind::agent_permission;
    case ErrorCode::network:
    case ErrorCode::unreachable: return FailureKind::agent_network;
    case ErrorCode::overloaded:
    case ErrorCode::timeout: return FailureKind::agent_overloaded;
    case ErrorCode::cancelled: return FailureKind::agent_stopped;
    case ErrorCode::secret_missing: return FailureKind::secret_missing;
    default: return FailureKind::internal;
  }
}

}  // namespace picket::agent
