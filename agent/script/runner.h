// Runs a check once: attempts, retries, verdict. Owned by agent.cpp or the CLI; the collaborators
// outlive it. Several runs may be under way; they share nothing but the collaborators.
// One executor. It never reports: results go back to the caller, redacted.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/icmp/route_tracer.h"
#include "agent/probe/probe.h"
#include "agent/script/attempt.h"
#include "agent/script/route.h"
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

  // From now on the way to an address that does not answer is traced, once per run, while the retry
  // runs; without a retry, before the result, as far as run_limit leaves time. Confirmations are
  // not traced: pages wait for them. The tracer outlives the runner.
  void trace_with(RouteTracer& tracer) { tracer_ = &tracer; }

  // Always a result: what could not be measured is `unknown`, with the reason as its failure.
  // Lasts at most run_limit(check).
  // Cancellation: throws operation_aborted; there is no result then.
  async::Task<RunResult> run(RunOrder order);

 private:
  async::Task<Attempt> attempt(const RunOrder& order, const std::string& trace_id);
  async::Task<void> trace(Route& route, Deadline deadline);
  std::optional<std::string> traced_address(const RunResult& result) const;
  Result<std::map<std::string, std::string>> resolve_secrets(const Check& check);
  std::string random_hex();

  ProbeSessions& sessions_;
  async::Clock& clock_;
  SecretSource& secrets_;
  Random random_;
  std::string user_agent_;
  RouteTracer* tracer_{nullptr};
};

}  // namespace picket::agent
