// What a loaded page means: its facts, what failed, what is only worth a warning, and who was
// slow. Pure: a load goes in, an outcome comes out; nothing is redacted here.
//
//   fails the run: a resource that is not what its integrity says, of any party; a required host
//   with nothing on the page or with a resource that failed; a script or style sheet of the first
//   party that failed.
//   degrades it: everything else that failed, and resources that the limits left out.
#pragma once

#include "agent/probe/page_fetch.h"
#include "common/model/page_action.h"

namespace picket::agent {

inline constexpr std::size_t kPageHopsMax = 64;

// Puts the load into the outcome, which holds the page's own hops. `page` is the URL of its answer.
void report_page(const PageAction& action, const http::Url& page, PageLoad load,
                 ProbeOutcome& outcome);

// "script https://cdn.test/a.js answered 503 after 120 ms"
std::string describe_failed(const PageFetch& fetch);
// "cdn.test took 4.1 s: script https://cdn.test/a.js, wait 4.0 s"
std::string describe_slow(const PageFetch& fetch);

}  // namespace picket::agent
