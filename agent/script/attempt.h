// One attempt of a run: the steps in order inside one session, within one deadline. Owned by the
// runner; the collaborators outlive it. One executor.
//
//   state \ step      plain                  always
//   going             runs                   runs
//   stopped           skipped                runs; skipped when it needs a capture that never was
//   a step's failure stops the attempt unless it says continue_on_failure.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "agent/probe/probe.h"
#include "agent/script/evidence.h"
#include "agent/script/judge.h"
#include "agent/script/redactor.h"
#include "agent/script/variables.h"
#include "common/model/check.h"
#include "common/model/run.h"

namespace picket::agent {

using OnStep = std::function<void(const StepResult&)>;

struct AttemptOptions {
  Variables variables;
  Redactor redactor;
  bool keep_evidence{false};  // also of steps that pass
  std::size_t evidence_body_bytes{kBodyStartBytes};
  OnStep on_step;  // may be empty; the result is without requests
};

class AttemptRunner {
 public:
  AttemptRunner(const Check& check, ProbeSession& session, async::Clock& clock,
                AttemptOptions options);

  // All steps' results, redacted; skipped ones included. check.timeout bounds all of them, always
  // steps may end always_allowance(check) later.
  // Cancellation: throws operation_aborted; always steps do not run then.
  async::Task<std::vector<StepResult>> run();

 private:
  struct Ran {
    StepResult result;
    ProbeOutcome outcome;
  };
  async::Task<void> run_step(const Step& step, Deadline deadline, Ran& ran);
  async::Task<void> probe(const Step& step, Deadline deadline, Ran& ran);
  void keep_capture(const std::string& name, std::string value, bool secret);
  void judge(const Step& step, Nanos duration, Ran& ran);
  Judged judge_answers(const Step& step, Judging judging, std::string& failed) const;
  void fail_step(Ran& ran, FailureKind kind, std::string message, const SourcePosition& at);
  void finish(const Step& step, Ran& ran) const;
  Deadline deadline_of(const Step& step) const;

  const Check& check_;
  ProbeSession& session_;
  async::Clock& clock_;
  AttemptOptions options_;
  MonoTime start_;
  bool stopped_{false};
};

}  // namespace picket::agent
