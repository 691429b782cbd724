#include "agent/script/attempt.h"

#include <algorithm>

#include "agent/script/evidence.h"
#include "agent/script/shell_words.h"
#include "agent/script/verdict.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

// What evidence needs of a body, and whole secrets at its end; the rest would only take memory
// until the attempt is over.
void trim_bodies(ProbeOutcome& outcome, const Redactor& redactor, std::size_t body_bytes) {
  const std::size_t keep = body_bytes + redactor.reach();
  for (Hop& hop : outcome.hops) {
    hop.decoded_bytes = hop.exchange.body.size();
    if (hop.exchange.body.size() <= keep) continue;
    hop.exchange.body.resize(keep);
    hop.exchange.body.shrink_to_fit();
  }
}

// The last hop is the one that a failure is told of, with its address, its POP and its route.
void put_last(ProbeOutcome& outcome, const std::string& label) {
  std::stable_partition(outcome.hops.begin(), outcome.hops.end(),
                        [&](const Hop& hop) { return hop.label != label; });
  outcome.answers.clear();  // places in the old order
}

std::vector<std::string> judged_facts(const Step& step) {
  std::vector<std::string> names;
  for (const Expectation& one : step.expect)
    if (one.subject == Subject::fact && !one.warn) names.push_back(one.key);
  return names;
}

}  // namespace

AttemptRunner::AttemptRunner(const Check& check, ProbeSession& session, async::Clock& clock,
                             AttemptOptions options)
    : check_(check),
      session_(session),
      clock_(clock),
      options_(std::move(options)),
      start_(clock.now()) {}

void AttemptRunner::fail_step(Ran& ran, FailureKind kind, std::string message,
                              const SourcePosition& at) {
  const Failure failure{.kind = kind, .message = std::move(message), .at = at};
  ran.result.failures.push_back(make_safe(failure, options_.redactor));
}

Deadline AttemptRunner::deadline_of(const Step& step) const {
  const Nanos limit = step.always ? check_.timeout + always_allowance(check_) : check_.timeout;
  const Deadline deadline = Deadline::after(start_, limit);
  return step.timeout ? deadline.shorten(clock_.now(), *step.timeout) : deadline;
}

void AttemptRunner::keep_capture(const std::string& name, std::string value, bool secret) {
  if (secret) options_.redactor.add("CAPTURE_" + variable_name(name), value);
  options_.variables.capture(name, std::move(value), secret);
}

// Each answer by itself; a failure begins with the answer's label. `failed` becomes the label of
// the first with failures.
Judged AttemptRunner::judge_answers(const Step& step, Judging judging, std::string& failed) const {
  Judged all;
  const auto add = [](const std::string& label, std::vector<Failure> from,
                      std::vector<Failure>& to) {
    for (Failure& failure : from) {
      failure.message = label + ": " + failure.message;
      to.push_back(std::move(failure));
    }
  };
  for (const std::size_t hop : judging.outcome.answers) {
    judging.hop = hop;
    const std::string& label = judging.outcome.hops.at(hop).label;
    Judged one = Judge{judging, options_.redactor}.judge(step.expect, options_.variables);
    if (all.failures.empty() && !one.failures.empty()) failed = label;
    add(label, std::move(one.failures), all.failures);
    add(label, std::move(one.warnings), all.warnings);
  }
  return all;
}

// Expectations and captures of a complete response. A capture that is missing is told only when
// nothing explains it.
void AttemptRunner::judge(const Step& step, Nanos duration, Ran& ran) {
  const Judging judging{.outcome = ran.outcome,
                        .kind = kind_of(step.action),
                        .duration = duration,
                        .now = clock_.wall_now()};
  Judge judge{judging, options_.redactor};
  Captures captures = judge.capture(step.captures);
  for (ProbeCapture& own : ran.outcome.captures) keep_capture(own.name, own.value, true);
  for (Captured& captured : captures.values) {
    if (captured.secret)
      options_.redactor.add("CAPTURE_" + variable_name(captured.name) + "_RAW", captured.raw);
    keep_capture(captured.name, std::move(captured.value), captured.secret);
  }
  std::string failed;
  Judged judged = ran.outcome.answers.empty() ? judge.judge(step.expect, options_.variables)
                                              : judge_answers(step, judging, failed);
  ran.result.failures = std::move(judged.failures);
  ran.result.warnings = std::move(judged.warnings);
  judge.derive(step.same_across_regions);
  if (step.pop_near_region) judge.derive({"pop"});
  judge.derive(facts_of_alerts(check_, step));
  ran.outcome.facts.merge(judge.take_derived_facts());
  if (!failed.empty()) put_last(ran.outcome, failed);  // no judge looks at it any more
  if (!ran.result.failures.empty()) return;
  for (const Failure& missing : captures.failures)
    ran.result.failures.push_back(make_safe(missing, options_.redactor));
}

async::Task<void> AttemptRunner::probe(const Step& step, Deadline deadline, Ran& ran) {
  auto filled = fill_action(step.action, options_.variables);
  if (!filled && stopped_ && step.always) {
    ran.result.status = StepStatus::skipped;
    co_return;
  }
  if (!filled) {
    fail_step(ran, FailureKind::invalid_request, filled.error().message, step.at);
    co_return;
  }
  const MonoTime begin = clock_.now();
  ProbeRequest asked{.action = std::move(filled->action),
                     .secret_headers = std::move(filled->secret_headers),
                     .deadline = deadline,
                     .step = step.name,
                     .judged = judged_facts(step)};
  auto outcome = co_await session_.run(std::move(asked));
  if (!outcome) {
    fail_step(ran, unmeasured_kind(outcome.error().code), render(outcome.error()), step.at);
    co_return;
  }
  ran.outcome = std::move(*outcome);
  learn_secrets(ran.outcome, options_.redactor);
  const auto& failure = ran.outcome.failure;
  if (failure)
    fail_step(ran, failure->kind, failure->message,
              ran.outcome.hops.empty() ? step.at : SourcePosition{});
  else
    judge(step, clock_.now() - begin, ran);
  for (const Failure& warning : ran.outcome.warnings) ran.result.warnings.push_back(warning);
  trim_bodies(ran.outcome, options_.redactor, options_.evidence_body_bytes);
}

async::Task<void> AttemptRunner::run_step(const Step& step, Deadline deadline, Ran& ran) {
  const MonoTime begin = clock_.now();
  co_await probe(step, deadline, ran);
  ran.result.duration = clock_.now() - begin;
  if (ran.result.status == StepStatus::skipped) co_return;
  if (!ran.result.failures.empty())
    ran.result.status = StepStatus::failed;
  else if (!ran.result.warnings.empty())
    ran.result.status = StepStatus::degraded;
}

// At the end of the attempt, when every secret is known that any step has captured.
void AttemptRunner::finish(const Step& step, Ran& ran) const {
  const bool keep = options_.keep_evidence || ran.result.status == StepStatus::failed;
  for (const Hop& hop : ran.outcome.hops) {
    RequestResult& request = ran.result.requests.emplace_back(make_result(hop, options_.redactor));
    if (hop.begun) request.start = *hop.begun - start_;
    if (keep)
      request.evidence = make_evidence(hop, options_.redactor, options_.evidence_body_bytes);
  }
  ran.result.facts =
      make_facts(ran.outcome.facts, facts_of_alerts(check_, step), options_.redactor);
  for (Failure& failure : ran.result.failures) failure = make_safe(failure, options_.redactor);
  for (Failure& warning : ran.result.warnings) warning = make_safe(warning, options_.redactor);
}

async::Task<std::vector<StepResult>> AttemptRunner::run() {
  std::vector<Ran> all(check_.steps.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Step& step = check_.steps[i];
    Ran& ran = all[i];
    ran.result.name = step.name;
    ran.result.always = step.always;
    if (stopped_ && !step.always)
      ran.result.status = StepStatus::skipped;
    else
      co_await run_step(step, deadline_of(step), ran);
    stopped_ = stopped_ || (!ran.result.failures.empty() && !step.continue_on_failure);
    if (options_.on_step) options_.on_step(ran.result);
  }
  std::vector<StepResult> results;
  for (std::size_t i = 0; i < all.size(); ++i) {
    finish(check_.steps[i], all[i]);
    results.push_back(std::move(all[i].result));
  }
  co_return results;
}

}  // namespace picket::agent
