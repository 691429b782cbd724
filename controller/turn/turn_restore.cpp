// What a start does: checkpoints, the ledger, and the log behind them.
#include <algorithm>
#include <utility>

#include "common/core/log.h"
#include "controller/evaluate/event_codec.h"
#include "controller/incident/silence_row.h"
#include "controller/store/compression.h"
#include "controller/turn/turn.h"
#include "controller/turn/turn_keys.h"

namespace picket::controller {

void Turn::restore_silences(const std::vector<SilenceRow>& rows) {
  for (const SilenceRow& row : rows)
    if (auto silence = silence_of(row)) book_.set_silence(std::move(*silence));
}

Status Turn::restore() {
  auto rows = ports_.store.checkpoints();
  if (!rows) return fail(std::move(rows.error()));
  for (const CheckpointRow& row : *rows) {
    if (row.blob.empty()) continue;  // of a check that was deleted
    const bool of_check = row.key.rfind(kCheckPrefix, 0) == 0;
    if (!of_check && row.key != kFleetKey && row.key != kRegionsKey) continue;  // not ours
    Status status = row.key == kFleetKey     ? fleet_.restore(row.blob)
                    : row.key == kRegionsKey ? evaluator_.restore_regions(row.blob)
                                             : evaluator_.restore(row.blob);
    if (!status) return status;
  }
  const auto folded = ports_.store.checkpoint_seq();
  if (!folded) return fail(folded.error());
  last_seq_ = *folded;
  // Also where the checkpoint has folded it: time does not fall behind it.
  const auto newest = ports_.store.last_event_at();
  if (!newest) return fail(newest.error());
  last_at_ = newest->value_or(last_at_);
  if (auto loaded = restore_ledger(); !loaded) return loaded;
  replaying_ = true;
  const auto each = [this](const EventBatchRow& row) { return replay(row); };
  Status status = ports_.store.for_each_event_batch(*folded, each);
  replaying_ = false;
  if (!status) return status;
  drop_anchor();
  next_checkpoint_ = now() + options_.checkpoint_every;
  record(ControllerStarted{});
  return {};
}

Status Turn::restore_ledger() {
  const std::int64_t today = Ledger::day_of(now());
  for (const CheckName& check : evaluator_.checks()) {
    const auto definition = evaluator_.view(check)->check;
    intervals_[check] = definition->interval;
    book_.define(definition, now());
    const auto rows = ports_.store.ledger(check, std::nullopt, today - kLedgerDays, today);
    if (!rows) return fail(rows.error());
    for (const LedgerRow& row : *rows) {
      auto codes = decompress(row.blob);
      if (!codes || !ledger_.restore({row.check, row.region, row.day, std::move(*codes), {}}))
        log::write(log::Level::error, "a day of the ledger is damaged",
                   {{"check", row.check.value}, {"region", row.region.value}});
    }
  }
  return {};
}

Status Turn::replay(const EventBatchRow& row) {
  const auto bytes = decompress(row.blob);
  if (!bytes) return fail(bytes.error());
  v1::EventBatch batch;
  if (!batch.ParseFromString(*bytes))
    return fail(ErrorCode::corrupt, "a batch of the event log does not parse",
                "restore the database from a backup");
  for (const v1::Event& message : batch.events()) {
    auto event = decode(message);
    if (!event) return fail(std::move(event.error()));
    if (event->seq <= last_seq_) continue;
    last_seq_ = event->seq;
    last_at_ = std::max(last_at_, event->at);
    fold(*event);
  }
  return {};
}

}  // namespace picket::controller
