#include "controller/runs/run_log.h"

#include <google/protobuf/io/coded_stream.h>

#include <string_view>
#include <utility>

#include "common/wire/wire.h"
#include "controller/store/compression.h"
#include "picket/v1/event.pb.h"

namespace picket::controller {
namespace {

constexpr std::size_t kUnpackedMost = 256 * 1024 * 1024;  // half a second of the work pool

// A superseded run counted for nothing: another agent of its region had its slot.
bool wanted(const v1::RunReceived& received, const RunQuery& query) {
  if (received.superseded()) return false;
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

// The bytes of each event of a v1.EventBatch, in its order: most are of other checks, and to parse
// them costs more than all the rest. Nothing: it is no batch.
std::optional<std::vector<std::string_view>> split(const std::string& bytes) {
  constexpr std::uint32_t kEvents = (1U << 3) | 2;  // field 1, length-delimited
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  std::vector<std::string_view> events;
  while (const std::uint32_t tag = in.ReadTag()) {
    std::uint32_t size = 0;
    if (tag != kEvents || !in.ReadVarint32(&size)) return std::nullopt;
    const auto at = static_cast<std::size_t>(in.CurrentPosition());
    if (!in.Skip(static_cast<int>(size))) return std::nullopt;
    events.push_back(std::string_view{bytes}.substr(at, size));
  }
  return events;
}

Error unparsable() { return {ErrorCode::corrupt, "a batch of the event log does not parse", {}}; }

// Appends the runs of one batch, newest first, until there are enough. Returns its unpacked size.
Result<std::size_t> collect(const EventBatchRow& row, const RunQuery& query,
                            std::vector<RunResult>& runs) {
  const auto bytes = decompress(row.blob);
  if (!bytes) return fail(bytes.error());
  const auto events = split(*bytes);
  if (!events) return fail(unparsable());
  for (auto at = events->rbegin(); at != events->rend() && runs.size() < query.limit; ++at) {
    if (at->find(query.check.value) == std::string_view::npos) continue;
    v1::Event event;
    if (!event.ParseFromArray(at->data(), static_cast<int>(at->size()))) return fail(unparsable());
    if (!event.has_run() || !wanted(event.run(), query)) continue;
    auto run = wire::decode(event.run().run(), RegionName{event.run().region()});
    if (!run) return fail(std::move(run.error()));
    if (run->started < query.until) runs.push_back(std::move(*run));
  }
  return bytes->size();
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

async::Task<Result<std::vector<RunResult>>> read_runs(LogPorts ports, RunQuery query) {
  std::vector<RunResult> runs;
  std::size_t unpacked = 0;
  const LookAtBatches look = [&](const std::vector<EventBatchRow>& batches) -> Result<bool> {
    for (const EventBatchRow& batch : batches) {
      const auto size = collect(batch, query, runs);
      if (!size) return fail(size.error());
      unpacked += *size;
      if (runs.size() >= query.limit || unpacked >= kUnpackedMost) return true;
    }
    return false;
  };
  auto walking = walk_back(ports, {WallTime{}, query.until}, look);
  if (Status done = co_await std::move(walking); !done)
    co_return fail(std::move(done.error()));
  co_return runs;
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
