// The `oauth2` kind: one flow per run, with tokens kept between runs where the check says so.
// One executor.
#pragma once

#include "agent/probe/probe_context.h"
#include "common/model/oauth_action.h"

namespace picket::agent {

// Error is our own failure only. Cancellation: throws operation_aborted.
async::Task<Result<ProbeOutcome>> run_oauth(OAuthAction action, const ProbeContext& context);

}  // namespace picket::agent
