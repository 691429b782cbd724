#include "common/model/sample.h"

#include <catch2/catch.hpp>

using namespace picket;

namespace {

RunResult journey() {
  RunResult run;
  run.verdict = RunVerdict::pass;
  Attempt attempt;
  attempt.duration = Millis{900};
  for (const char* name : {"log in", "pay"}) {
    StepResult step;
    step.name = name;
    step.duration = Millis{400};
    for (int i = 0; i < 2; ++i) {
      RequestResult request;
      request.phases.wait = Millis{100};
      request.body_bytes = 50;
      step.requests.push_back(request);
    }
    step.facts = {{"cache.hit", Value{std::string{name} == "pay"}}};
    attempt.steps.push_back(step);
  }
  run.attempts = {attempt};
  return run;
}

std::optional<Value> sample(const RunResult& run, const std::string& metric,
                            const std::string& step = {}) {
  Threshold threshold;
  threshold.metric = metric;
  threshold.step = step;
  return sample_of(run, threshold);
}

}  // namespace

TEST_CASE("a run shows durations, phases, sizes and facts", "[sample]") {
  const RunResult run = journey();
  CHECK(as_number(*sample(run, "duration")) == 900);
  CHECK(as_number(*sample(run, "duration", "pay")) == 400);
  CHECK(as_number(*sample(run, "wait")) == 400);
  CHECK(as_number(*sample(run, "wait", "log in")) == 200);
  CHECK(as_number(*sample(run, "size")) == 200);
  CHECK(as_number(*sample(run, "failures")) == 0);
  CHECK(*sample(run, "cache.hit") == Value{true});  // the last step's
  CHECK(*sample(run, "cache.hit", "log in") == Value{false});
}

TEST_CASE("what a run does not show is no sample", "[sample]") {
  RunResult run = journey();
  CHECK_FALSE(sample(run, "cache.age"));
  CHECK_FALSE(sample(run, "duration", "no such step"));
  run.attempts.back().steps[1].status = StepStatus::skipped;
  CHECK_FALSE(sample(run, "duration", "pay"));
  run.verdict = RunVerdict::unknown;
  CHECK_FALSE(sample(run, "duration"));
  CHECK_FALSE(sample(run, "failures"));
}

TEST_CASE("a failed run shows that it failed and nothing else", "[sample]") {
  RunResult run = journey();
  run.verdict = RunVerdict::fail;
  run.attempts.back().steps[1].status = StepStatus::failed;
  CHECK(as_number(*sample(run, "failures")) == 1);
  CHECK_FALSE(sample(run, "duration"));
  CHECK_FALSE(sample(run, "wait"));
  // The step before the failed one was measured.
  CHECK(as_number(*sample(run, "duration", "log in")) == 400);
  CHECK(as_number(*sample(run, "failures", "log in")) == 0);
  CHECK(as_number(*sample(run, "failures", "pay")) == 1);
}
