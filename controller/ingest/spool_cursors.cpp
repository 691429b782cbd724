#include "controller/ingest/spool_cursors.h"

#include <fmt/format.h>

namespace picket::controller {
namespace {

// The sequence after this record, or 0 when the record makes no sense.
std::uint64_t after(const SequencedRecord& record) {
  if (record.seq == 0) return 0;
  if (!record.gap_to) return record.seq + 1;
  return *record.gap_to >= record.seq && *record.gap_to < UINT64_MAX ? *record.gap_to + 1 : 0;
}

}  // namespace

void SpoolCursors::restore(const std::vector<SpoolCursorRow>& rows) {
  for (const SpoolCursorRow& row : rows) rows_[row.spool] = row;
}

Result<Admitted> SpoolCursors::admit(const SpoolId& spool, const AgentId& agent,
                                     const std::vector<SequencedRecord>& records, WallTime now) {
  const auto known = rows_.find(spool);
  if (known != rows_.end() && known->second.agent != agent)
    return fail(ErrorCode::certificate_refused,
                fmt::format("spool {} belongs to {}, not to {}", spool.value,
                            render(known->second.agent), render(agent)));
  Admitted admitted{0, next_seq(spool), 0};
  std::uint64_t expected = records.empty() ? 0 : records.front().seq;
  for (const SequencedRecord& record : records) {
    const std::uint64_t end = after(record);
    if (record.seq != expected || end == 0)
      return fail(ErrorCode::protocol, fmt::format("spool {}: record {} where {} was expected",
                                                   spool.value, record.seq, expected));
    expected = end;
    if (end <= admitted.next_seq) {
      ++admitted.first_new;
      continue;
    }
    if (record.seq > admitted.next_seq)
      return fail(ErrorCode::sequence_gap,
                  fmt::format("spool {}: starts at {}, but {} is expected", spool.value,
                              record.seq, admitted.next_seq),
                  "send from there, or a gap record when they no longer exist");
    if (record.gap_to) admitted.lost += end - admitted.next_seq;
    admitted.next_seq = end;
  }
  rows_[spool] = SpoolCursorRow{spool, agent, admitted.next_seq, now};
  return admitted;
}

std::uint64_t SpoolCursors::next_seq(const SpoolId& spool) const {
  const auto it = rows_.find(spool);
  return it == rows_.end() ? 1 : it->second.next_seq;
}

std::optional<SpoolCursorRow> SpoolCursors::row(const SpoolId& spool) const {
  const auto it = rows_.find(spool);
  if (it == rows_.end()) return std::nullopt;
  return it->second;
}

}  // namespace picket::controller
