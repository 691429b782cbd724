// Runs as the event log and the evidence rows hold them, read back for people. Blocking: called on
// the database's pool.
#pragma once

#include <optional>
#include <vector>

#include "common/model/run.h"
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

// Newest first, from the event log, without evidence. Looks back in growing steps until it has
// `limit` runs or the retention's end.
Result<std::vector<RunResult>> read_runs(Store& store, const RunQuery& query);

// Failed runs, newest first, whole, with evidence.
Result<std::vector<RunResult>> read_evidence(Store& store, const EvidenceFilter& filter);

// The newest good run of each region, or of the one, whole, with evidence. By region; kept however
// long ago it was.
Result<std::vector<RunResult>> read_last_good(Store& store, const CheckName& check,
                                              const std::optional<RegionName>& region);

// The run of one row. corrupt: it does not parse.
Result<RunResult> decode_evidence(const EvidenceRow& row);

}  // namespace picket::controller
