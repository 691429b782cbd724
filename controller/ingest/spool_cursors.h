// What of each agent's spool is taken: one cursor per spool, so that sending again is harmless
// and nothing is skipped unseen. Pure state; the caller commits the rows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/core/result.h"
#include "controller/store/rows.h"

namespace picket::controller {

// One record's place in its spool, as a batch brings it.
struct SequencedRecord {
  std::uint64_t seq{0};
  std::optional<std::uint64_t> gap_to;  // a gap record: everything from seq to here is lost
};

struct Admitted {
  std::size_t first_new{0};    // records before this index were taken earlier
  std::uint64_t next_seq{0};   // the cursor after this batch
  std::uint64_t lost{0};       // records declared lost by new gap records
};

class SpoolCursors {
 public:
  void restore(const std::vector<SpoolCursorRow>& rows);

  // Sequences start at 1. Records must be contiguous, a gap counting as all that it declares.
  // sequence_gap when the batch starts beyond the cursor without a gap record (next_seq() tells
  // what is expected); certificate_refused when the spool is another agent's; protocol for holes
  // inside the batch. Nothing changes on an error.
  Result<Admitted> admit(const SpoolId& spool, const AgentId& agent,
                         const std::vector<SequencedRecord>& records, WallTime now);

  // The sequence expected next; 1 for a spool never seen.
  std::uint64_t next_seq(const SpoolId& spool) const;

  std::optional<SpoolCursorRow> row(const SpoolId& spool) const;

 private:
  std::map<SpoolId, SpoolCursorRow> rows_;
};

}  // namespace picket::controller
