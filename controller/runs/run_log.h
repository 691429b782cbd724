// Runs as the event log and the evidence rows hold them, read back for people. What blocks is
// called on the database's pool.
#pragma once

#include <optional>
#include <vector>

#include "common/model/run.h"
#include "controller/runs/log_walk.h"
#include "controller/store/store.h"

namespace picket::controller {

struct RunQuery {
  enum class Ended { any, failed, good };  // good: it was measured and did not fail
  CheckName check;
  std::optional<RegionName> region;
  WallTime until;  // received and begun before
  Ended ended{Ended::any};
  std::size_t limit{50};
};

// Newest first, from the event log, without evidence, none that was superseded: `limit` runs, fewer
// when the retention ends before, or when 256 MB of the log were read (about six hours of 1,000
// checks in 12 regions every five minutes).
async::Task<Result<std::vector<RunResult>>> read_runs(LogPorts ports, RunQuery query);

// Blocking. Failed runs, newest first, whole, with evidence.
Result<std::vector<RunResult>> read_evidence(Store& store, const EvidenceFilter& filter);

// Blocking. The newest good run of each region, or of the one, whole, with evidence. By region;
// kept however long ago it was.
Result<std::vector<RunResult>> read_last_good(Store& store, const CheckName& check,
                                              const std::optional<RegionName>& region);

// The run of one row. corrupt: it does not parse.
Result<RunResult> decode_evidence(const EvidenceRow& row);

}  // namespace picket::controller
