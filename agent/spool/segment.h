// The file format of the spool: one segment is a header and frames, one frame is one record.
// Pure functions over bytes; damage is found, named and survived, never passed on.
//
//   header  "PKTSPOOL1" NUL, 16 bytes spool id, u32 CRC of both
//   frame   "PKTR", u32 payload length, u64 seq, u32 CRC, payload (a serialized v1.Record)
//
// Numbers are little-endian. The CRC is CRC-32C over spool id, length, seq and payload: the id is
// random, so bytes that a target makes us store cannot pass for a frame.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/ids.h"
#include "common/core/time.h"

namespace picket::agent {

inline constexpr std::size_t kSegmentHeaderBytes = 10 + 16 + 4;
inline constexpr std::size_t kFrameHeaderBytes = 4 + 4 + 8 + 4;
inline constexpr std::size_t kPayloadBytesMax = 4 * 1024 * 1024;

// Requires 32 hex digits of id.
std::string render_segment_header(const SpoolId& spool);
std::string render_frame(const SpoolId& spool, std::uint64_t seq, std::string_view payload);

struct Frame {
  std::uint64_t seq{0};
  std::string payload;
};

struct SegmentScan {
  std::vector<Frame> frames;   // intact ones, sequences strictly ascending
  std::size_t intact_bytes{0}; // from the start of the file without any damage
  bool torn{false};            // ends inside a frame: a write that a crash cut off
  bool corrupt{false};         // bytes that do not match their checksum
  bool corrupt_tail{false};    // nothing intact follows the last damage: its extent is not known
};

// Frames behind damage are found by their marker and checksum.
SegmentScan scan_segment(const SpoolId& spool, std::string_view bytes);

// A segment's file name carries its first sequence, when it was made, and a number that tells
// files with the same first sequence apart: the later one counts.
struct SegmentName {
  std::uint64_t first_seq{0};
  WallTime created;
  std::uint32_t copy{0};
  auto operator<=>(const SegmentName&) const = default;
};
std::string render(const SegmentName& name);
std::optional<SegmentName> parse_segment_name(std::string_view text);

}  // namespace picket::agent
