// The exchanges of runs as an HTTP Archive, HAR 1.2 (softwareishard.com/blog/har-12-spec), for the
// viewers of browsers and elsewhere. Pure; what it is given was redacted by the engine already:
// cookies and credentials are ***.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/model/run.h"

namespace picket::cli {

// A page per attempt, an entry per HTTP hop in the order of their starts. Hops that are no HTTP
// (TLS, DNS, ping ..) are left out; their page's comment says how many. Needs results with
// evidence; what lacks it has no headers.
std::string render_har(const std::vector<RunResult>& results, std::string_view version);

}  // namespace picket::cli
