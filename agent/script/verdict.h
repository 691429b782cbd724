// What attempts and runs amount to. Pure rules.
//
//   attempt: a measured failure in any step   -> fail
//            else a failure to measure        -> unknown
//            else a warning                   -> degraded
//            else                             -> pass
//   run:     the last attempt pass/degraded   -> that; pass after a measured failure is
//                                                pass_on_retry
//            else any attempt fail            -> fail: a failure that was measured is not refuted
//                                                by a retry that could not measure
//            else                             -> unknown
#pragma once

#include <vector>

#include "common/core/error.h"
#include "common/model/run.h"

namespace picket::agent {

RunVerdict attempt_verdict(const std::vector<StepResult>& steps);

// Requires at least one attempt.
RunVerdict run_verdict(const std::vector<Attempt>& attempts);

// A passed attempt is never repeated, nor one that lacked a secret: the next would as well.
bool should_retry(const std::vector<Attempt>& attempts, int retries);

// Our own failure to measure, as the failure that makes the run unknown.
FailureKind unmeasured_kind(ErrorCode code);

}  // namespace picket::agent
