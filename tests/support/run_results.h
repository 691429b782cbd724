// Runs to render, as an agent would have made them: a failed journey over TLS, one that passed on
// a retry, one that could not measure. Times are fixed. Used by the renderers' tests.
#pragma once

#include "common/model/run.h"

namespace picket::test {

RunResult failed_journey();
RunResult passed_on_retry();
RunResult unmeasured();

// The content of tests/data/cli/<name>. With PICKET_WRITE_GOLDEN set, `text` is written there
// first when the file does not exist.
std::string golden(const std::string& name, const std::string& text);

}  // namespace picket::test
