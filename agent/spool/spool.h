// The agent's durable queue of records. A record counts as done when its group is synced; it is
// kept until the controller has acknowledged it, within bounds of bytes and age. Each start of the
// agent, and each long outage, begins a new spool with a random id: a sequence is never used twice.
// Owned by the agent, on the core executor; files are touched on the blocking pool only.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/link/record_source.h"
#include "agent/spool/disk.h"
#include "agent/spool/volume.h"
#include "common/async/offload.h"
#include "common/async/task_group.h"
#include "common/core/random.h"

namespace picket::agent {

struct SpoolOptions {
  std::string directory;
  std::string owner;  // whose results these are: spools of another are set aside; empty: not told
  std::uint64_t max_bytes{2ULL * 1024 * 1024 * 1024};
  Millis max_age{hours{24 * 7}};
  std::uint64_t segment_bytes{1024 * 1024};
  std::size_t memory_records{2'000};             // kept while the disk does not take them
  std::size_t memory_bytes{8 * 1024 * 1024};
  Millis retry_after{1'000};                     // after a failed write
};

struct SpoolPorts {
  async::Executor executor;
  async::Clock& clock;
  Disk& disk;
  async::BlockingPool& pool;
  Random random;
};

struct SpoolStats {
  std::uint64_t appended{0};
  std::uint64_t waiting{0};        // records not acknowledged
  std::uint64_t waiting_bytes{0};  // on disk
  std::uint64_t lost{0};           // dropped for want of space, age or by damage
  std::uint64_t write_failures{0};
  std::uint64_t backlogs{0};       // sealed spools
  bool disk_failing{false};
};

class Spool final : public RecordSource {
 public:
  // Makes the directory, finds what earlier starts left and repairs torn tails, saying so. What an
  // earlier owner left cannot be sent: it counts as lost and stays below aside-* for `max_age`.
  // Errors: io (no permission, read-only), never disk_full: the agent works on from memory.
  static async::Task<Result<std::unique_ptr<Spool>>> open(SpoolPorts ports, SpoolOptions options);
  ~Spool() override;

  // Gives the record its sequence and returns when it is durable. On an error (disk_full, io), at
  // once while the disk is known to fail, it is kept in memory, sent from there, and written when
  // the disk takes it again; when memory is full, the oldest such record is lost and becomes a gap.
  // While a write hangs it is sent from memory, too. invalid_argument: too large, not kept.
  async::Task<Status> append(v1::Record record);

  // Writes what is waiting (once, if the disk fails) and stops. Nothing may be appended after.
  // A live spool that is acknowledged leaves nothing behind.
  async::Task<void> close();

  SpoolStats stats() const;

  async::Task<Result<std::vector<v1::SpoolBatch>>> next_batches(BatchLimits limits) override;
  async::Task<void> acknowledge(SpoolId spool, std::uint64_t next_seq) override;
  void seal() override;
  async::Notice& more() override { return more_; }
  bool urgent() const override { return urgent_; }

 private:
  struct Pending {
    std::uint64_t seq{0};
    std::string payload;
    std::shared_ptr<std::optional<Status>> outcome;
  };
  using Frames = std::shared_ptr<const std::vector<Frame>>;
  struct Budget {
    std::size_t records;
    std::size_t bytes;
  };

  Spool(SpoolPorts ports, SpoolOptions options);

  // spool_recover.cpp
  Status recover();
  Status change_owner(std::vector<std::string>& names);
  Status set_aside(const std::string& name);
  void forget_aside(const std::string& name);
  std::optional<Volume> recover_volume(const std::string& name);
  void repair_end(Volume& volume);
  void start_live();

  // spool_write.cpp
  async::Task<void> write_loop();
  async::Task<void> write_group();
  async::Task<void> pause_after_failure();
  void group_written(std::size_t count, Segment segment);
  void group_failed(std::size_t count, const Error& error);
  async::Task<void> watch_write();
  bool write_hangs() const;
  bool disk_fails() const { return failure_ || write_hangs(); }
  void shed_memory();
  void forget_recent(std::uint64_t before);
  void seal_now();
  std::vector<std::pair<Segment, std::optional<std::string>>> choose_drops();
  async::Task<void> keep_bounds();
  void settle(Pending& pending, Status status);

  // spool_read.cpp
  async::Task<Status> read_volume(std::shared_ptr<Volume> volume, Budget& budget,
                                  v1::SpoolBatch& batch);
  void forget_pending(std::uint64_t before);
  async::Task<void> remove_files(std::vector<Segment> segments, std::string directory);
  async::Task<Result<Frames>> load(Segment segment, SpoolId spool);
  // The first record of the live spool in memory that is not before a sequence; `payload` only
  // when it may be sent.
  struct InMemory {
    std::uint64_t seq;
    const std::string* payload;
  };
  InMemory in_memory(std::uint64_t seq) const;
  std::uint64_t readable_end(const Volume& volume) const;

  SpoolPorts ports_;
  SpoolOptions options_;
  std::map<std::uint64_t, std::shared_ptr<Volume>> sealed_;  // by ordinal, oldest first
  std::shared_ptr<Volume> live_;
  std::uint64_t live_ordinal_{1};
  std::unique_ptr<SegmentWriter> writer_;
  std::deque<Pending> pending_;    // not durable yet
  std::size_t in_flight_{0};       // first of pending_ that are being written
  std::optional<MonoTime> writing_since_;
  bool watched_{false};            // watch_write() is there
  std::size_t pending_bytes_{0};
  std::deque<Frame> recent_;       // durable and not acknowledged, the newest of live_
  std::size_t recent_bytes_{0};
  struct Cached {
    std::string path;
    std::uint64_t bytes{0};
    Frames frames;
  };
  std::optional<Cached> cache_;
  std::map<std::string, int> read_failures_;
  bool closing_{false};
  bool seal_wanted_{false};
  bool urgent_{false};
  std::optional<Error> failure_;  // of the last write
  std::optional<MonoTime> failure_logged_;
  SpoolStats stats_;
  async::Notice wake_;
  async::Notice settled_;
  async::Notice more_;
  async::TaskGroup watch_;
  async::TaskGroup tasks_;
};

}  // namespace picket::agent
