// The `tls` kind: one handshake, after STARTTLS where asked for, and what its certificate, its
// parameters and OCSP say. Lives for one step; what it is given outlives it. One executor.
#pragma once

#include "agent/net/connection.h"
#include "agent/probe/probe_context.h"
#include "common/model/tls_action.h"

namespace picket::agent {

// A handshake that is complete has all its facts, also with a certificate that is not good: that is
// a failure (tls_expired, tls_untrusted, ..., tls_revoked) unless the action leaves the judgement
// to expectations. OCSP is fetched only where asked for; no answer is the fact `unreachable`.
// Errors and cancellation as ProbeSession::run.
async::Task<Result<ProbeOutcome>> run_tls(TlsAction action, const ProbeContext& context);

// The facts of a completed handshake (fact_names.def), but for `ocsp`.
Facts tls_facts(const TlsReport& report, WallTime now);

}  // namespace picket::agent
