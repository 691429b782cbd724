// Runs as the event log and the evidence rows hold them, read back for people. Blocking: called on
// the database's pool.
#pragma once

#include <optional>
#include <vector>

#include "common/model/run.h"
#include "controller/store/store.h"

namespace picket::controller {

struct RunQuery {
  CheckName check;
  std::optional<RegionName> region;
  WallTime until;
  bool failed_only{false};
  std::size_t limit{50};
};

// Newest first, from the event log, without evidence. Looks back in growing steps until it has
// `limit` runs or the retention's end.
Result<std::vector<RunResult>> read_runs(Store& store, const RunQuery& query);

// Newest first, whole, with evidence: failed runs and last good ones.
Result<std::vector<RunResult>> read_evidence(Store& store, const EvidenceFilter& filter);

// The run of one row. corrupt: it does not parse.
Result<RunResult> decode_evidence(const EvidenceRow& row);

}  // namespace picket::controller
