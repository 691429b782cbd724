#include <algorithm>
#include <limits>

#include "agent/spool/spool.h"
#include "common/core/log.h"

namespace picket::agent {
namespace {

constexpr int kReadAttempts = 3;

void add_gap(v1::SpoolBatch& batch, std::uint64_t from, std::uint64_t end,
             const std::string& reason) {
  auto& record = *batch.add_records();
  record.set_seq(from);
  record.mutable_gap()->set_from(from);
  record.mutable_gap()->set_to(end - 1);
  record.mutable_gap()->set_reason(reason);
}

bool add_payload(v1::SpoolBatch& batch, const std::string& payload) {
  v1::Record record;
  if (!record.ParseFromString(payload)) return false;
  *batch.add_records() = std::move(record);
  return true;
}

}  // namespace

// Records are sent from memory before they are durable only while the disk fails or hangs: the
// controller is then the first durable place.
std::uint64_t Spool::readable_end(const Volume& volume) const {
  if (&volume != live_.get() || disk_fails() || pending_.empty()) return volume.end();
  return pending_.front().seq;
}

Spool::InMemory Spool::in_memory(std::uint64_t seq) const {
  const auto before = [](const auto& item, std::uint64_t wanted) { return item.seq < wanted; };
  const auto recent = std::lower_bound(recent_.begin(), recent_.end(), seq, before);
  if (recent != recent_.end()) return {recent->seq, &recent->payload};
  const auto pending = std::lower_bound(pending_.begin(), pending_.end(), seq, before);
  if (pending != pending_.end()) return {pending->seq, disk_fails() ? &pending->payload : nullptr};
  return {live_->end(), nullptr};
}

async::Task<Result<Spool::Frames>> Spool::load(Segment segment, SpoolId spool) {
  if (cache_ && cache_->path == segment.path && cache_->bytes == segment.bytes)
    co_return cache_->frames;
  const auto work = [&]() -> Result<std::vector<Frame>> {
    return ports_.disk.read(segment.path).map([&](const std::string& bytes) {
      auto scan = scan_segment(spool, std::string_view(bytes).substr(0, segment.bytes));
      if (scan.corrupt) log::warn("segment damaged", {{"path", segment.path}});
      return std::move(scan.frames);
    });
  };
  auto frames = co_await async::offload(ports_.pool, work);
  if (frames) {
    read_failures_.erase(segment.path);
    cache_ = Cached{segment.path, segment.bytes,
                    std::make_shared<const std::vector<Frame>>(std::move(*frames))};
    co_return cache_->frames;
  }
  const bool passing = frames.error().code == ErrorCode::resource_exhausted ||
                       ++read_failures_[segment.path] < kReadAttempts;
  if (passing) co_return fail(frames.error());
  log::error("segment unreadable, its records are reported as a gap", frames.error());
  co_return std::make_shared<const std::vector<Frame>>();
}

async::Task<Status> Spool::read_volume(std::shared_ptr<Volume> volume, Budget& budget,
                                       v1::SpoolBatch& batch) {
  std::uint64_t seq = volume->acknowledged();
  batch.set_spool_id(volume->id().value);
  batch.set_first_seq(seq);
  const auto take = [&](const std::string& payload) {
    if (!add_payload(batch, payload)) add_gap(batch, seq, seq + 1, "unreadable");
    budget.bytes -= std::min(budget.bytes, payload.size());
    --budget.records;
    ++seq;
  };
  while (seq < readable_end(*volume) && budget.records > 0 && budget.bytes > 0) {
    auto place = volume->place_of(seq);
    if (volume == live_) {
      const InMemory next = in_memory(seq);
      if (next.seq == seq && next.payload != nullptr) {
        take(*next.payload);
        continue;
      }
      place.end = std::min(place.end, next.seq);
    }
    Frames frames = std::make_shared<const std::vector<Frame>>();
    if (place.segment) {
      // The pool is busy with a write that hangs: what must be read waits behind it.
      if (write_hangs()) break;
      auto loaded = co_await load(*place.segment, volume->id());
      if (!loaded) co_return fail(loaded.error());
      frames = std::move(*loaded);
    }
    auto it = std::lower_bound(frames->begin(), frames->end(), seq,
                               [](const Frame& f, std::uint64_t s) { return f.seq < s; });
    for (; it != frames->end() && it->seq == seq && seq < place.end && budget.records > 0 &&
           budget.bytes > 0; ++it)
      take(it->payload);
    if (seq >= place.end || budget.records == 0 || budget.bytes == 0) continue;
    const std::uint64_t found = it == frames->end() ? place.end : std::min(it->seq, place.end);
    add_gap(batch, seq, found, volume->loss());
    --budget.records;
    seq = found;
  }
  batch.set_sealed(volume->sealed() && seq >= volume->end());
  co_return Status{};
}

async::Task<Result<std::vector<v1::SpoolBatch>>> Spool::next_batches(BatchLimits limits) {
  urgent_ = false;
  std::vector<std::shared_ptr<Volume>> volumes{live_};
  for (const auto& [ordinal, volume] : sealed_) volumes.push_back(volume);
  Budget budget{limits.records, limits.bytes};
  std::vector<v1::SpoolBatch> out;
  for (const auto& volume : volumes) {
    if (budget.records == 0 || budget.bytes == 0) break;
    v1::SpoolBatch batch;
    const Status read = co_await read_volume(volume, budget, batch);
    if (!read && out.empty()) co_return fail(read.error());
    if (batch.records_size() > 0) out.push_back(std::move(batch));
    if (!read) break;
  }
  co_return out;
}

// Sent from memory while the disk failed: the controller has them, they need not be written.
void Spool::forget_pending(std::uint64_t before) {
  const auto first = pending_.begin() + static_cast<std::ptrdiff_t>(in_flight_);
  auto last = first;
  for (; last != pending_.end() && last->seq < before; ++last) {
    settle(*last, {});
    pending_bytes_ -= last->payload.size();
  }
  pending_.erase(first, last);
  if (pending_.empty()) failure_.reset();
}

async::Task<void> Spool::acknowledge(SpoolId spool, std::uint64_t next_seq) {
  const auto has_id = [&](const auto& entry) { return entry.second->id() == spool; };
  const auto found = std::find_if(sealed_.begin(), sealed_.end(), has_id);
  const bool of_live = live_->id() == spool;
  if (!of_live && found == sealed_.end()) co_return;
  const std::shared_ptr<Volume> volume = of_live ? live_ : found->second;
  // A cursor beyond what exists cannot be ours.
  volume->acknowledge(std::clamp<std::uint64_t>(next_seq, 1, volume->end()));
  if (of_live) {
    forget_recent(volume->acknowledged());
    forget_pending(volume->acknowledged());
  }
  std::vector<Segment> done = volume->take_acknowledged();
  const bool gone = volume->sealed() && volume->drained();
  if (gone && found != sealed_.end()) sealed_.erase(found);
  if (!cache_ || gone) cache_.reset();
  if (done.empty() && !gone) co_return;
  // Nobody waits for it: a disk that hangs must not hold up what is sent.
  std::string directory = gone ? volume->directory() : std::string{};
  tasks_.spawn("spool removal", remove_files(std::move(done), std::move(directory)));
}

// The directory, if one is named, when all of them are gone.
async::Task<void> Spool::remove_files(std::vector<Segment> segments, std::string directory) {
  const auto work = [&]() -> Status {
    Status status;
    for (const auto& segment : segments)
      if (auto removed = ports_.disk.remove(segment.path); !removed) status = removed;
    if (!directory.empty() && status) status = ports_.disk.remove(directory);
    return status;
  };
  const Status removed = co_await async::offload(ports_.pool, work);
  if (!removed) log::error("acknowledged segment not removed", removed.error());
}

}  // namespace picket::agent
