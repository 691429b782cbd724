// Where the link takes records from: the spool, live results first. Interface header; the spool
// implements it on the core executor, one caller at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/async/clock.h"
#include "common/async/notice.h"
#include "common/core/ids.h"
#include "common/core/result.h"
#include "picket/v1/agent.pb.h"

namespace picket::agent {

struct BatchLimits {
  std::size_t records{500};
  std::size_t bytes{1024 * 1024};
};

class RecordSource {
 public:
  virtual ~RecordSource() = default;

  // What the controller has not acknowledged, from the start of each spool: the live one first,
  // then backlogs from the oldest. Empty when there is nothing. Asking again gives the same until
  // acknowledge. Records that no longer exist stand as gap records.
  // Errors: resource_exhausted, io that may pass.
  virtual async::Task<Result<std::vector<v1::SpoolBatch>>> next_batches(BatchLimits limits) = 0;

  // The controller holds everything below `next_seq`. A cursor behind the present one rewinds:
  // what still exists is sent again, what does not becomes a gap. Unknown spools are ignored.
  virtual async::Task<void> acknowledge(SpoolId spool, std::uint64_t next_seq) = 0;

  // Makes the live backlog a spool of its own and starts a new one, when there is a backlog.
  virtual void seal() = 0;

  // Given when there is more to send.
  virtual async::Notice& more() = 0;

  // The newest record wants to be sent without lingering (a failed attempt).
  virtual bool urgent() const = 0;
};

}  // namespace picket::agent
