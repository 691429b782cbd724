// A disk in memory for simulations: it loses what was not synced when power fails, tears the last
// write, fills up, and fails on demand. Deterministic from its Random; one thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "agent/spool/disk.h"
#include "common/core/random.h"

namespace picket::sim {

class MemoryDisk final : public agent::Disk {
 public:
  explicit MemoryDisk(Random random) : random_(random) {}

  Status make_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Result<std::string> read(const std::string& path) override;
  Result<std::uint64_t> size(const std::string& path) override;
  Status append(const std::string& path, std::string_view bytes) override;
  Status truncate(const std::string& path, std::uint64_t size) override;
  Status sync(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;

  // Power fails: of every file the synced bytes stay and a random part of the rest, which may be
  // garbage; a file whose directory was not synced may be gone.
  void crash();
  // kill -9: everything that was written stays.
  void kill() {}

  void set_capacity(std::optional<std::uint64_t> bytes) { capacity_ = bytes; }
  void set_read_only(bool on) { read_only_ = on; }
  // The next `count` calls of append and sync fail with EIO, appends after a part was written.
  void fail_writes(int count) { failing_writes_ = count; }
  void flip_bit(const std::string& path, std::size_t bit);

  std::vector<std::string> files() const;
  std::uint64_t used() const;
  int syncs() const { return syncs_; }

 private:
  struct File {
    std::string bytes;
    std::size_t synced{0};
    bool name_synced{false};
  };
  Status writable(const std::string& path, std::string_view verb);
  bool fails_now();

  Random random_;
  std::map<std::string, File> files_;
  std::set<std::string> directories_;
  std::optional<std::uint64_t> capacity_;
  bool read_only_{false};
  int failing_writes_{0};
  int syncs_{0};
};

}  // namespace picket::sim
