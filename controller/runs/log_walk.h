// The event log read backward, newest batch first, in pieces: each is read on the database's pool
// and looked at on the work pool, so that a commit waits for one piece at most, however far
// somebody looks. Runs on the caller's executor; writes nothing.
#pragma once

#include <functional>
#include <vector>

#include "common/async/offload.h"
#include "common/core/result.h"
#include "controller/store/store.h"

namespace picket::controller {

struct LogPorts {
  async::BlockingPool& database_pool;
  async::BlockingPool& work_pool;
  Store& store;
};

// Gets the batches of one piece, newest first, on the work pool. true: that is enough.
using LookAtBatches = std::function<Result<bool>(const std::vector<EventBatchRow>&)>;

struct LogSpan {
  WallTime from;
  WallTime until;  // exclusive
};

// Until `look` has enough or every batch that holds events received within the span was shown.
// `looked` is called on the caller's executor after each piece.
// Errors: the store's and those of `look`. What both refer to must outlive the task.
async::Task<Status> walk_back(LogPorts ports, LogSpan span, LookAtBatches look,
                              std::function<void()> looked = {});

}  // namespace picket::controller
