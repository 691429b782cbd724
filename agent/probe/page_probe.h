// The `page` probe: fetches a page, then what it needs, and says what that weighs, who it came
// from and what failed. No browser: nothing is rendered and no script runs. One executor.
#pragma once

#include "agent/probe/probe_context.h"
#include "common/model/page_action.h"

namespace picket::agent {

// The answer of the page itself is the last hop; the resources stand before it, `beside`.
// What fails the run is said in page_report.h. Error: our own failure only.
// Cancellation: throws operation_aborted.
async::Task<Result<ProbeOutcome>> run_page(PageAction action, ProbeContext& context);

}  // namespace picket::agent
