// Any bytes as a segment of the spool: scanning never crashes, never reads what was not written
// by this spool, and gives sequences that ascend. The input's own records are put around garbage.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "agent/spool/segment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace picket;
  using namespace picket::agent;
  const SpoolId spool{"000102030405060708090a0b0c0d0e0f"};
  const std::string garbage(reinterpret_cast<const char*>(data), size);
  scan_segment(spool, garbage);
  const std::string bytes = render_segment_header(spool) + render_frame(spool, 3, garbage) +
                            garbage + render_frame(spool, 9, garbage);
  const auto scan = scan_segment(spool, bytes);
  if (scan.frames.empty() || scan.frames.front().seq != 3) std::abort();
  if (scan.frames.front().payload != garbage) std::abort();
  if (scan.intact_bytes > bytes.size()) std::abort();
  for (std::size_t i = 1; i < scan.frames.size(); ++i)
    if (scan.frames[i].seq <= scan.frames[i - 1].seq) std::abort();
  parse_segment_name(garbage);
  return 0;
}
