#include "agent/script/runner.h"

#include <fmt/format.h>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "agent/script/shell_words.h"
#include "agent/script/verdict.h"

namespace picket::agent {
namespace {

// A confirmation that failed this soon has time for its retries: one bad server of several, which
// retries hide in scheduled runs, must not look like an outage when many regions confirm at once.
// One that took longer is itself the second look: a fault that hangs would be paged later.
constexpr Millis kSoon{500};

// The first step carries the reason, the others were not reached.
std::vector<StepResult> unmeasured_steps(const Check& check, const Error& error) {
  std::vector<StepResult> steps;
  for (const Step& step : check.steps) {
    StepResult result;
    result.name = step.name;
    result.always = step.always;
    result.status = StepStatus::skipped;
    steps.push_back(std::move(result));
  }
  if (steps.empty()) steps.emplace_back();
  steps.front().status = StepStatus::failed;
  const std::string hint = error.hint.empty() ? "" : ": " + error.hint;
  steps.front().failures.push_back(
      {.kind = unmeasured_kind(error.code), .message = error.message + hint, .at = check.at});
  return steps;
}

void report_first_failure(const RunOrder& order, const RunResult& result, WallTime now) {
  if (!order.on_first_failure || result.attempts.size() != 1) return;
  if (result.attempts.front().verdict != RunVerdict::fail) return;
  const auto failure = summarize_failure(result);
  if (!failure) return;
  const AttemptFailed failed{
      .key = order.key, .revision = order.revision, .at = now, .failure = *failure};
  order.on_first_failure(failed);
}

}  // namespace

Runner::Runner(ProbeSessions& sessions, async::Clock& clock, SecretSource& secrets, Random random,
               std::string user_agent)
    : sessions_(sessions),
      clock_(clock),
      secrets_(secrets),
      random_(random),
      user_agent_(std::move(user_agent)) {}

std::string Runner::random_hex() {
  // W3C trace context forbids an id of zeros only.
  return fmt::format("{:016x}{:016x}", random_.next(), random_.next() | 1);
}

Result<std::map<std::string, std::string>> Runner::resolve_secrets(const Check& check) {
  std::map<std::string, std::string> values;
  for (const std::string& name : check.secrets) {
    auto value = secrets_.get(name);
    if (!value) return fail(std::move(value.error()));
    values.emplace(name, std::move(*value));
  }
  return values;
}

async::Task<Attempt> Runner::attempt(const RunOrder& order, const std::string& trace_id) {
  const Check& check = *order.check;
  Attempt attempt;
  attempt.run_id = random_hex();
  attempt.started = clock_.wall_now();
  const MonoTime begin = clock_.now();
  auto secrets = resolve_secrets(check);
  if (!secrets) {
    attempt.steps = unmeasured_steps(check, secrets.error());
    attempt.verdict = attempt_verdict(attempt.steps);
    co_return attempt;
  }
  Redactor redactor;
  for (const auto& [name, value] : *secrets) redactor.add(variable_name(name), value);
  Variables variables{check.vars, std::move(*secrets), attempt.run_id, order.key.region.value};
  AttemptOptions options{.variables = std::move(variables),
                         .redactor = std::move(redactor),
                         .keep_evidence = order.keep_evidence,
                         .evidence_body_bytes = order.evidence_body_bytes,
                         .on_step = order.on_step};
  SessionOptions session_options{.user_agent = user_agent_,
                                 .trace_id = trace_id,
                                 .span_seed = random_.next(),
                                 .check = check.name};
  const auto session = sessions_.open(std::move(session_options));
  AttemptRunner runner{check, *session, clock_, std::move(options)};
  attempt.steps = co_await runner.run();
  attempt.duration = clock_.now() - begin;
  attempt.verdict = attempt_verdict(attempt.steps);
  co_return attempt;
}

// The address to trace after the first attempt, if any.
std::optional<std::string> Runner::traced_address(const RunResult& result) const {
  if (tracer_ == nullptr || result.attempts.size() != 1) return std::nullopt;
  if (result.key.kind == RunKind::confirmation) return std::nullopt;
  return failing_address(result.attempts.front());
}

async::Task<void> Runner::trace(Route& route, Deadline deadline) {
  if (deadline.left(clock_.now()) < kTraceTimeMin) co_return;
  std::string remote = route.remote;
  route.lines = co_await tracer_->trace(std::move(remote), deadline);
}

async::Task<RunResult> Runner::run(RunOrder order) {
  using namespace boost::asio::experimental::awaitable_operators;
  RunResult result;
  result.key = order.key;
  result.revision = order.revision;
  result.started = clock_.wall_now();
  result.lateness = order.lateness;
  result.trace_id = random_hex();
  const MonoTime begin = clock_.now();
  const Deadline limit = Deadline::after(begin, run_limit(*order.check));
  std::optional<Route> route;
  const auto retries = [&] {
    const bool late = clock_.now() - begin > kSoon;
    return order.key.kind == RunKind::confirmation && late ? 0 : order.check->retries;
  };
  while (should_retry(result.attempts, retries())) {
    Attempt next;
    if (auto remote = traced_address(result)) {
      route = Route{.remote = std::move(*remote), .lines = {}};
      auto both = trace(*route, limit) && attempt(order, result.trace_id);
      next = co_await std::move(both);
    } else {
      next = co_await attempt(order, result.trace_id);
    }
    result.attempts.push_back(std::move(next));
    report_first_failure(order, result, clock_.wall_now());
  }
  result.duration = clock_.now() - begin;
  if (auto remote = traced_address(result)) {
    route = Route{.remote = std::move(*remote), .lines = {}};
    co_await trace(*route, limit);
  }
  if (route) add_route(*route, result.attempts);
  result.verdict = run_verdict(result.attempts);
  co_return result;
}

}  // namespace picket::agent
