#include <algorithm>
#include <utility>

#include "agent/spool/spool.h"
#include "common/async/with_deadline.h"
#include "common/core/log.h"
#include "common/wire/wire.h"

namespace picket::agent {
namespace {

constexpr std::size_t kGroupRecordsMax = 1'000;
constexpr std::size_t kRecentBytesMax = 1024 * 1024;
constexpr Nanos kLogEvery = minutes{1};
constexpr Nanos kHangs = Seconds{2};  // a write of this age

async::Task<bool> wait_for(async::Notice& notice) {
  co_await notice.wait();
  co_return true;
}

}  // namespace

async::Task<Status> Spool::append(v1::Record record) {
  if (closing_) co_return fail(ErrorCode::cancelled, "the spool is closed");
  record.set_seq(live_->end());
  std::string payload = wire::serialize(record);
  if (payload.size() > kPayloadBytesMax)
    co_return fail(ErrorCode::invalid_argument, "a record of " + std::to_string(payload.size()) +
                                                    " bytes is too large for the spool");
  auto outcome = std::make_shared<std::optional<Status>>();
  pending_bytes_ += payload.size();
  pending_.push_back({record.seq(), std::move(payload), outcome});
  live_->set_end(record.seq() + 1);
  ++stats_.appended;
  if (record.has_attempt_failed()) urgent_ = true;
  shed_memory();
  wake_.notify_all();
  if (disk_fails()) more_.notify_all();
  if (failure_) co_return fail(*failure_);
  while (!*outcome) co_await settled_.wait();
  co_return **outcome;
}

void Spool::settle(Pending& pending, Status status) {
  if (pending.outcome) *pending.outcome = std::move(status);
  pending.outcome.reset();
  settled_.notify_all();
}

// The oldest go first: what happens now is worth more than what happened then.
void Spool::shed_memory() {
  while (pending_.size() > in_flight_ + 1 &&
         (pending_.size() > options_.memory_records || pending_bytes_ > options_.memory_bytes)) {
    const auto oldest = pending_.begin() + static_cast<std::ptrdiff_t>(in_flight_);
    pending_bytes_ -= oldest->payload.size();
    settle(*oldest, fail(ErrorCode::overloaded, "the disk takes no results and memory is full"));
    pending_.erase(oldest);
    ++stats_.lost;
    live_->set_loss("disk full or failing, memory full");
  }
}

async::Task<void> Spool::write_loop() {
  while (true) {
    if (seal_wanted_ && pending_.empty()) seal_now();
    if (pending_.empty()) {
      if (closing_) co_return;
      co_await wake_.wait();
      continue;
    }
    co_await write_group();
    if (!failure_) {
      co_await keep_bounds();
      continue;
    }
    if (closing_) co_return;
    co_await pause_after_failure();
  }
}

async::Task<void> Spool::write_group() {
  std::string frames;
  std::size_t count = 0;
  while (count < std::min(pending_.size(), kGroupRecordsMax) &&
         frames.size() < options_.segment_bytes) {
    frames += render_frame(live_->id(), pending_[count].seq, pending_[count].payload);
    ++count;
  }
  in_flight_ = count;
  const std::uint64_t first = pending_.front().seq;
  const WallTime now = ports_.clock.wall_now();
  writing_since_ = ports_.clock.now();
  if (!closing_ && !std::exchange(watched_, true)) watch_.spawn("spool watch", watch_write());
  const auto work = [&] { return writer_->write(first, frames, now); };
  auto written = co_await async::offload(ports_.pool, work);
  in_flight_ = 0;
  writing_since_.reset();
  if (written)
    group_written(count, std::move(*written));
  else
    group_failed(count, written.error());
}

// A disk that hangs neither takes records nor says no.
bool Spool::write_hangs() const {
  return writing_since_ && ports_.clock.now() - *writing_since_ >= kHangs;
}

// Says that records may be sent from memory when a write hangs; ends when nothing is written.
async::Task<void> Spool::watch_write() {
  while (writing_since_ && !write_hangs()) {
    const MonoTime hangs_at = *writing_since_ + kHangs;
    co_await ports_.clock.sleep_until(hangs_at);
  }
  watched_ = false;
  if (!writing_since_) co_return;
  log::error("spool cannot be written, results are kept in memory",
             Error{ErrorCode::io, "the disk does not answer", ""});
  more_.notify_all();
}

void Spool::group_written(std::size_t count, Segment segment) {
  live_->put(std::move(segment));
  for (; count > 0; --count) {
    Pending& first = pending_.front();
    settle(first, {});
    pending_bytes_ -= first.payload.size();
    if (first.seq >= live_->acknowledged()) {
      recent_bytes_ += first.payload.size();
      recent_.push_back({first.seq, std::move(first.payload)});
    }
    pending_.pop_front();
  }
  while (recent_bytes_ > kRecentBytesMax) {
    recent_bytes_ -= recent_.front().payload.size();
    recent_.pop_front();
  }
  if (failure_) log::info("spool is written again", {{"path", live_->directory()}});
  failure_.reset();
  more_.notify_all();
}

void Spool::group_failed(std::size_t count, const Error& error) {
  for (std::size_t i = 0; i < count; ++i) settle(pending_[i], fail(error));
  ++stats_.write_failures;
  const MonoTime now = ports_.clock.now();
  if (!failure_logged_ || now - *failure_logged_ >= kLogEvery) {
    log::error("spool cannot be written, results are kept in memory", error);
    failure_logged_ = now;
  }
  failure_ = error;
  shed_memory();
  more_.notify_all();
}

async::Task<void> Spool::pause_after_failure() {
  const MonoTime until = ports_.clock.now() + options_.retry_after;
  while (!closing_ && ports_.clock.now() < until) {
    async::Task<bool> woken = wait_for(wake_);
    co_await async::with_deadline(ports_.clock, Deadline{until}, std::move(woken));
  }
}

void Spool::forget_recent(std::uint64_t before) {
  while (!recent_.empty() && recent_.front().seq < before) {
    recent_bytes_ -= recent_.front().payload.size();
    recent_.pop_front();
  }
}

void Spool::seal() {
  seal_wanted_ = !live_->drained();
  if (seal_wanted_) wake_.notify_all();
}

void Spool::seal_now() {
  seal_wanted_ = false;
  if (live_->drained()) return;
  log::info("backlog sealed as its own spool",
            {{"spool", live_->id().value},
             {"records", std::int64_t(live_->end() - live_->acknowledged())}});
  live_->seal();
  sealed_[live_ordinal_++] = live_;
  recent_.clear();
  recent_bytes_ = 0;
  start_live();
}

std::vector<std::pair<Segment, std::optional<std::string>>> Spool::choose_drops() {
  std::vector<std::pair<Segment, std::optional<std::string>>> out;
  std::uint64_t total = live_->bytes();
  for (const auto& [ordinal, volume] : sealed_) total += volume->bytes();
  const WallTime oldest_allowed = ports_.clock.wall_now() - options_.max_age;
  const auto drop_from = [&](Volume& volume) {
    while (volume.can_drop()) {
      const bool aged = volume.segments().front().name.created < oldest_allowed;
      if (total <= options_.max_bytes && !aged) return;
      auto dropped = volume.drop_oldest();
      total -= dropped.segment.bytes;
      stats_.lost += dropped.records;
      volume.set_loss(aged ? "older than the spool keeps" : "the spool was full");
      log::error("spool drops its oldest records",
                 Error{ErrorCode::overloaded,
                       volume.loss() + ": " + std::to_string(dropped.records) + " records", ""});
      out.emplace_back(std::move(dropped.segment), std::move(dropped.tombstone));
    }
  };
  for (const auto& [ordinal, volume] : sealed_) drop_from(*volume);
  drop_from(*live_);
  const std::uint64_t kept = live_->segments().empty() ? 1 : live_->segments()[0].name.first_seq;
  forget_recent(kept);
  return out;
}

async::Task<void> Spool::keep_bounds() {
  const auto drops = choose_drops();
  if (drops.empty()) co_return;
  const auto work = [&]() -> Status {
    Status status;
    for (const auto& [segment, tombstone] : drops) {
      Status done = tombstone ? ports_.disk.rename(segment.path, *tombstone).and_then([&] {
        return ports_.disk.truncate(*tombstone, 0);
      })
                              : ports_.disk.remove(segment.path);
      if (!done) status = std::move(done);
    }
    return status;
  };
  const Status done = co_await async::offload(ports_.pool, work);
  if (!done) log::error("spool segment not removed", done.error());
  more_.notify_all();
}

async::Task<void> Spool::close() {
  closing_ = true;
  watch_.cancel_all();
  wake_.notify_all();
  co_await tasks_.join();
  co_await watch_.join();
  if (!live_->drained() || live_->segments().empty()) co_return;
  live_->seal();
  co_await remove_files(live_->take_acknowledged(), live_->directory());
}

SpoolStats Spool::stats() const {
  SpoolStats out = stats_;
  const auto add = [&out](const Volume& volume) {
    if (!volume.drained()) out.waiting += volume.end() - volume.acknowledged();
    out.waiting_bytes += volume.bytes();
  };
  add(*live_);
  for (const auto& [ordinal, volume] : sealed_) add(*volume);
  out.backlogs = sealed_.size();
  out.disk_failing = disk_fails();
  return out;
}

}  // namespace picket::agent
