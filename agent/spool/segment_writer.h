// Writes groups of frames of one spool to its segment files, each group synced before it counts.
// Owned by the spool; its calls block and run on the blocking pool, one at a time.
// A failed group leaves no trace that a reader could mistake: it is cut off, or its file is left.
#pragma once

#include <optional>
#include <string>

#include "agent/spool/disk.h"
#include "agent/spool/segment.h"

namespace picket::agent {

struct Segment {
  std::string path;
  SegmentName name;
  std::uint64_t bytes{0};
};

class SegmentWriter {
 public:
  // `directory` is made on the first write, its parent must exist.
  SegmentWriter(Disk& disk, std::string directory, SpoolId spool, std::uint64_t bytes_max)
      : disk_(disk), directory_(std::move(directory)), spool_(std::move(spool)),
        bytes_max_(bytes_max) {}

  // Adds `frames`, the first of which has `first_seq`, and syncs. Returns the segment as it is now.
  // Errors: as Disk; the same group may be written again.
  Result<Segment> write(std::uint64_t first_seq, const std::string& frames, WallTime now);

 private:
  Status start_segment(std::uint64_t first_seq, WallTime now);
  Status append(const std::string& frames);
  void roll_back();

  Disk& disk_;
  std::string directory_;
  SpoolId spool_;
  std::uint64_t bytes_max_;
  std::uint32_t copies_{0};
  bool directory_made_{false};
  bool name_synced_{false};
  std::optional<Segment> open_;  // bytes: what is synced
};

}  // namespace picket::agent
