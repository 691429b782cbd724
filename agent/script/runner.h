// Runs a check once: attempts, retries, verdict. Owned by agent.cpp or the CLI; the collaborators
// outlive it. Several runs may be under way; they share nothing but the collaborators.
// One executor. It never reports: results go back to the caller, redacted.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/probe/probe.h"
#include "agent/script/attempt.h"
#include "agent/script/secrets.h"
#include "common/core/random.h"
#include "common/model/check.h"
#include "common/model/run.h"

namespace picket::agent {

struct RunOrder {
  std::shared_ptr<const Check> check;
  RunKey key;
  Revision revision;
  Millis lateness{0};
  bool keep_evidence{false};  // also of what passed: wanted for the last good run
  std::size_t evidence_body_bytes{kBodyStartBytes};
  // Called when the first attempt has failed (a measured failure), before its retry.
  std::function<void(const AttemptFailed&)> on_first_failure;
  OnStep on_step;
};

class Runner {
 public:
  Runner(ProbeSessions& sessions, async::Clock& clock, SecretSource& secrets, Random random,
         std::string user_agent);

  // Always a result: what could not be measured is `unknown`, with the reason as its failure.
  // Lasts at most run_limit(check).
  // Cancellation: throws operation_aborted; there is no result then.
  async::Task<RunResult> run(RunOrder order);

 private:
  async::Task<Attempt> attempt(const RunOrder& order, const std::string& trace_id);
  Result<std::map<std::string, std::string>> resolve_secrets(const Check& check);
  std::string random_hex();

  ProbeSessions& sessions_;
  async::Clock& clock_;
  SecretSource& secrets_;
  Random random_;
  std::string user_agent_;
};

}  // namespace picket::agent
