#include "common/model/run.h"

#include <fmt/format.h>

#include <array>

namespace picket {
namespace {

constexpr std::array kRunKinds{std::string_view{"scheduled"}, std::string_view{"confirmation"},
                               std::string_view{"recheck"}, std::string_view{"manual"}};
constexpr std::array kVerdicts{std::string_view{"pass"}, std::string_view{"pass_on_retry"},
                               std::string_view{"degraded"}, std::string_view{"fail"},
                               std::string_view{"unknown"}};

template <class Enum, class Names>
std::optional<Enum> find_name(const Names& names, std::string_view name) {
  for (size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

std::string_view to_string(RunKind kind) { return kRunKinds[static_cast<size_t>(kind)]; }
std::optional<RunKind> parse_run_kind(std::string_view name) {
  return find_name<RunKind>(kRunKinds, name);
}

std::string_view to_string(RunVerdict verdict) { return kVerdicts[static_cast<size_t>(verdict)]; }
std::optional<RunVerdict> parse_run_verdict(std::string_view name) {
  return find_name<RunVerdict>(kVerdicts, name);
}

std::string_view to_string(StepStatus status) {
  switch (status) {
    case StepStatus::passed: return "passed";
    case StepStatus::degraded: return "degraded";
    case StepStatus::failed: return "failed";
    case StepStatus::skipped: return "skipped";
  }
  return "skipped";
}

std::string_view to_string(MissReason reason) {
  switch (reason) {
    case MissReason::offline: return "offline";
    case MissReason::overloaded: return "overloaded";
    case MissReason::no_definition: return "no_definition";
    case MissReason::clock: return "clock";
  }
  return "offline";
}

std::string render(const RunKey& key) {
  return fmt::format("{}/{}/{}/{}/{}", key.check.value, key.region.value, render_rfc3339(key.round),
                     to_string(key.kind), key.ordinal);
}

// The last attempt, unless it could not measure and an earlier one could.
const Attempt* telling_attempt(const RunResult& result) {
  const auto& attempts = result.attempts;
  if (attempts.empty()) return nullptr;
  if (attempts.back().verdict != RunVerdict::unknown) return &attempts.back();
  for (auto attempt = attempts.rbegin(); attempt != attempts.rend(); ++attempt)
    if (attempt->verdict == RunVerdict::fail) return &*attempt;
  return &attempts.back();
}

const StepResult* failed_step(const RunResult& result) {
  const Attempt* attempt = telling_attempt(result);
  if (attempt == nullptr) return nullptr;
  for (const StepResult& step : attempt->steps)
    if (!step.failures.empty()) return &step;
  return nullptr;
}

std::optional<FailureSummary> summarize_failure(const RunResult& result) {
  const StepResult* step = failed_step(result);
  if (step == nullptr) return std::nullopt;
  const Failure& failure = step->failures.front();
  FailureSummary summary{.kind = failure.kind, .step = step->name, .message = failure.message};
  summary.at = failure.at;
  if (!step->requests.empty()) {
    const RequestResult& last = step->requests.back();
    summary.status = last.status;
    summary.pop = last.pop;
    summary.remote_address = last.remote_address;
  }
  return summary;
}

}  // namespace picket
