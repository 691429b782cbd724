#include "common/model/sample.h"

#include <algorithm>
#include <array>

namespace picket {
namespace {

constexpr std::array<std::string_view, 8> kBuiltin{"duration", "dns",      "connect", "tls",
                                                   "wait",     "transfer", "size",    "failures"};

double millis_of(Nanos span) { return std::chrono::duration<double, std::milli>(span).count(); }

std::optional<Nanos> phase_of(const Phases& phases, std::string_view name) {
  if (name == "dns") return phases.dns;
  if (name == "connect") return phases.connect;
  if (name == "tls") return phases.tls;
  if (name == "wait") return phases.wait;
  if (name == "transfer") return phases.transfer;
  return std::nullopt;
}

bool measured(const StepResult& step) { return step.status != StepStatus::skipped; }

// The steps that the threshold is about.
std::vector<const StepResult*> steps_of(const Attempt& attempt, const Threshold& threshold) {
  std::vector<const StepResult*> out;
  for (const StepResult& step : attempt.steps)
    if (measured(step) && (threshold.step.empty() || step.name == threshold.step))
      out.push_back(&step);
  return out;
}

std::optional<Value> fact_of(const std::vector<const StepResult*>& steps, std::string_view name) {
  for (auto step = steps.rbegin(); step != steps.rend(); ++step)
    for (const NamedFact& fact : (*step)->facts)
      if (fact.name == name) return fact.value;
  return std::nullopt;
}

std::optional<Value> sum_of(const std::vector<const StepResult*>& steps, std::string_view name) {
  Nanos span{0};
  double bytes = 0;
  bool any = false;
  for (const StepResult* step : steps)
    for (const RequestResult& request : step->requests) {
      any = true;
      bytes += static_cast<double>(request.body_bytes);
      if (!request.beside) span += phase_of(request.phases, name).value_or(Nanos{0});
    }
  if (!any) return std::nullopt;
  return name == "size" ? Value{bytes} : Value{millis_of(span)};
}

}  // namespace

bool is_builtin_metric(std::string_view name) {
  return std::find(kBuiltin.begin(), kBuiltin.end(), name) != kBuiltin.end();
}

std::optional<Value> sample_of(const RunResult& run, const Threshold& threshold) {
  if (run.attempts.empty() || run.verdict == RunVerdict::unknown) return std::nullopt;
  const Attempt& attempt = run.attempts.back();
  const auto steps = steps_of(attempt, threshold);
  const bool whole = threshold.step.empty();
  if (!whole && steps.empty()) return std::nullopt;
  const bool failed =
      whole ? run.verdict == RunVerdict::fail : steps.front()->status == StepStatus::failed;
  if (threshold.metric == "failures") return Value{std::int64_t{failed ? 1 : 0}};
  if (failed) return std::nullopt;
  if (threshold.metric == "duration")
    return Value{millis_of(whole ? attempt.duration : steps.front()->duration)};
  if (is_builtin_metric(threshold.metric)) return sum_of(steps, threshold.metric);
  return fact_of(steps, threshold.metric);
}

}  // namespace picket
