// One resource behind a CDN: warm-up requests, the same request to the origin, then the one to the
// edge that is judged, with what its headers tell of the cache. Owned by nobody: one call per step.
// One executor.
#pragma once

#include "agent/probe/probe_context.h"
#include "common/model/cdn_action.h"

namespace picket::agent {

// The hops are labelled "warm-up 1", .., "origin", "edge"; the last one is judged. A warm-up or an
// edge that fails ends the step with that failure; an origin that fails is told by same_as_origin.
// Cancellation: throws operation_aborted.
async::Task<Result<ProbeOutcome>> run_cdn(CdnAction action, ProbeContext& context);

// "same", or how the two differ: `differs: edge a, origin b`. Values are cut; entity tags are
// compared weakly (RFC 9110, 8.8.3.2), as edges that compress make them weak. A name that is none
// of body.sha256, etag, status and header.NAME is never the same.
std::string compare_fact(std::string_view name, const http::Exchange& edge,
                         const http::Exchange& origin);

}  // namespace picket::agent
