#include "controller/runs/run_log.h"

#include <algorithm>

#include "common/wire/wire.h"
#include "controller/store/compression.h"
#include "picket/v1/event.pb.h"

namespace picket::controller {
namespace {

bool wanted(const v1::RunReceived& received, const RunQuery& query) {
  if (received.run().key().check() != query.check.value) return false;
  if (query.region && received.region() != query.region->value) return false;
  const std::string& verdict = received.run().verdict();
  switch (query.ended) {
    case RunQuery::Ended::failed: return verdict == "fail";
    case RunQuery::Ended::good: return verdict != "fail" && verdict != "unknown";
    case RunQuery::Ended::any: break;
  }
  return true;
}

// Appends the runs of one batch, oldest first.
Status collect(const EventBatchRow& row, const RunQuery& query, std::vector<RunResult>& runs) {
  const auto bytes = decompress(row.blob);
  if (!bytes) return fail(bytes.error());
  v1::EventBatch batch;
  if (!batch.ParseFromString(*bytes))
    return fail(ErrorCode::corrupt, "a batch of the event log does not parse");
  for (const v1::Event& event : batch.events()) {
    if (!event.has_run() || !wanted(event.run(), query)) continue;
    auto run = wire::decode(event.run().run(), RegionName{event.run().region()});
    if (!run) return fail(std::move(run.error()));
    if (run->started < query.until) runs.push_back(std::move(*run));
  }
  return {};
}

Result<std::vector<RunResult>> decode_rows(const std::vector<EvidenceRow>& rows) {
  std::vector<RunResult> runs;
  for (const EvidenceRow& row : rows) {
    auto run = decode_evidence(row);
    if (!run) return fail(std::move(run.error()));
    runs.push_back(std::move(*run));
  }
  return runs;
}

}  // namespace

Result<std::vector<RunResult>> read_runs(Store& store, const RunQuery& query) {
  std::vector<RunResult> newest;
  WallTime until = query.until;
  for (Millis span = minutes{30}; newest.size() < query.limit && span < hours{24 * 16}; span *= 4) {
    std::vector<RunResult> runs;
    const auto each = [&](const EventBatchRow& row) { return collect(row, query, runs); };
    if (auto s = store.for_each_event_batch(until - span, until, each); !s)
      return fail(std::move(s.error()));
    const std::size_t take = std::min(runs.size(), query.limit - newest.size());
    newest.insert(newest.end(), std::make_move_iterator(runs.rbegin()),
                  std::make_move_iterator(runs.rbegin() + static_cast<std::ptrdiff_t>(take)));
    until = until - span;
  }
  return newest;
}

Result<RunResult> decode_evidence(const EvidenceRow& row) {
  const auto bytes = decompress(row.blob);
  if (!bytes) return fail(bytes.error());
  v1::RunResult message;
  if (!message.ParseFromString(*bytes))
    return fail(ErrorCode::corrupt, "evidence of a run does not parse");
  return wire::decode(message, row.region);
}

Result<std::vector<RunResult>> read_evidence(Store& store, const EvidenceFilter& filter) {
  const auto rows = store.evidence(filter);
  if (!rows) return fail(rows.error());
  return decode_rows(*rows);
}

Result<std::vector<RunResult>> read_last_good(Store& store, const CheckName& check,
                                              const std::optional<RegionName>& region) {
  auto rows = store.last_good(check);
  if (!rows) return fail(rows.error());
  if (region) std::erase_if(*rows, [&](const EvidenceRow& row) { return row.region != *region; });
  return decode_rows(*rows);
}

}  // namespace picket::controller
