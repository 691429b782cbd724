// One spool on disk, as bookkeeping: which segments hold which sequences, what the controller has
// acknowledged, what is lost. Pure state; the caller does what it says to files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/spool/segment_writer.h"

namespace picket::agent {

class Volume {
 public:
  Volume(SpoolId id, std::string directory)
      : id_(std::move(id)), directory_(std::move(directory)) {}

  const SpoolId& id() const { return id_; }
  const std::string& directory() const { return directory_; }

  bool sealed() const { return sealed_; }
  void seal() { sealed_ = true; }

  std::uint64_t acknowledged() const { return acknowledged_; }  // everything below is
  std::uint64_t end() const { return end_; }                    // the sequence after the last
  bool drained() const { return acknowledged_ >= end_; }
  void set_end(std::uint64_t end) { end_ = end; }
  void acknowledge(std::uint64_t next_seq) { acknowledged_ = next_seq; }

  // A new segment, or a known one that has grown.
  void put(Segment segment);

  // Recovered without a record: what was before it must be told as lost.
  void begin_at(std::uint64_t seq) { acknowledged_ = seq; }

  const std::vector<Segment>& segments() const { return segments_; }
  std::uint64_t bytes() const;

  struct Place {
    std::optional<Segment> segment;  // holds the sequence, unless it is damaged
    std::uint64_t end{0};            // the sequence after that segment, or after the gap
  };
  // Where `seq` is. Requires seq < end().
  Place place_of(std::uint64_t seq) const;

  // Segments that are not needed any more: all of a drained sealed spool, else those wholly
  // acknowledged but the last. They are forgotten here.
  std::vector<Segment> take_acknowledged();

  // Gives up the oldest segment, for want of space or because of its age. Returns it; when it was
  // the last one of a sealed spool, `tombstone` is the name that its emptied file shall have, so
  // that the loss is known after a restart.
  struct Dropped {
    Segment segment;
    std::uint64_t records{0};  // not acknowledged ones
    std::optional<std::string> tombstone;
  };
  Dropped drop_oldest();
  bool can_drop() const;

  const std::string& loss() const { return loss_; }
  void set_loss(std::string reason) { loss_ = std::move(reason); }

 private:
  std::uint64_t end_of(std::size_t index) const;

  SpoolId id_;
  std::string directory_;
  bool sealed_{false};
  std::uint64_t acknowledged_{1};
  std::uint64_t end_{1};
  std::vector<Segment> segments_;  // ordered by name
  std::string loss_{"unreadable"};
};

}  // namespace picket::agent
