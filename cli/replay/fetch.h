// Reads a range of history from a controller, page by page, with the definitions that were in
// force at its begin. Blocking.
#pragma once

#include <functional>

#include "cli/controller/api_client.h"
#include "cli/replay/history.h"

namespace picket::cli {

struct HistoryRange {
  WallTime from;
  WallTime until;           // exclusive
  Millis warm_up{0};        // wanted before `from`
  bool as_far_back{false};  // `from` is moved to what is kept, instead of an error
};

// Told the time that has been reached, now and then.
using Progress = std::function<void(WallTime at)>;

// invalid_argument: an empty range, or one of the future; not_found: older than what is kept, or
// nothing was recorded in it; and as ApiClient.
Result<History> fetch_history(const ApiClient& client, const HistoryRange& range,
                              const Progress& progress);

}  // namespace picket::cli
