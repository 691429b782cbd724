#include "agent/spool/segment.h"

#include <catch2/catch.hpp>

#include "common/core/random.h"

using namespace picket;
using namespace picket::agent;

namespace {

const SpoolId kSpool{"000102030405060708090a0b0c0d0e0f"};

std::string segment_of(std::initializer_list<std::pair<std::uint64_t, std::string>> records) {
  std::string out = render_segment_header(kSpool);
  for (const auto& [seq, payload] : records) out += render_frame(kSpool, seq, payload);
  return out;
}

std::string sequences(const SegmentScan& scan) {
  std::string out;
  for (const auto& frame : scan.frames) out += std::to_string(frame.seq) + " ";
  return out;
}

}  // namespace

TEST_CASE("what was written is read", "[spool]") {
  const std::string bytes = segment_of({{7, "a"}, {8, ""}, {9, std::string(5'000, 'x')}});
  const auto scan = scan_segment(kSpool, bytes);
  CHECK(sequences(scan) == "7 8 9 ");
  CHECK(scan.frames[2].payload == std::string(5'000, 'x'));
  CHECK(scan.intact_bytes == bytes.size());
  CHECK_FALSE((scan.torn || scan.corrupt));
}

TEST_CASE("a segment cut anywhere is torn, never corrupt, and keeps all whole records",
          "[spool]") {
  const std::string bytes = segment_of({{1, "first"}, {2, "second"}});
  const std::size_t two_at = bytes.size() - kFrameHeaderBytes - 6;
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    const auto scan = scan_segment(kSpool, std::string_view(bytes).substr(0, cut));
    INFO("cut at " << cut);
    CHECK_FALSE(scan.corrupt);
    const bool at_boundary = cut == kSegmentHeaderBytes || cut == two_at;
    CHECK(scan.torn == !at_boundary);
    CHECK(scan.frames.size() == (cut >= two_at ? 1U : 0U));
    CHECK(scan.intact_bytes == (cut < kSegmentHeaderBytes ? 0U
                                : cut < two_at            ? kSegmentHeaderBytes
                                                          : two_at));
  }
}

TEST_CASE("any flipped bit is found and costs at most the record it is in", "[spool]") {
  const std::string bytes = segment_of({{1, "first"}, {2, "second"}, {3, "third"}});
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    const auto scan = scan_segment(kSpool, damaged);
    INFO("bit " << bit);
    CHECK((scan.corrupt || scan.torn));
    CHECK(scan.frames.size() >= 2);
    CHECK(scan.intact_bytes <= bit / 8);
    for (const auto& frame : scan.frames)
      CHECK(frame.payload == (frame.seq == 1 ? "first" : frame.seq == 2 ? "second" : "third"));
  }
}

TEST_CASE("frames of another spool are not taken for ours", "[spool]") {
  const SpoolId other{"ffffffffffffffffffffffffffffffff"};
  const std::string forged = "body " + render_frame(other, 99, "forged");
  std::string bytes = segment_of({{1, forged}});
  bytes += "garbage" + render_frame(other, 5, "x");
  const auto scan = scan_segment(kSpool, bytes);
  CHECK(sequences(scan) == "1 ");
  CHECK(scan.corrupt_tail);
}

TEST_CASE("a sequence that does not ascend is damage", "[spool]") {
  const auto scan = scan_segment(kSpool, segment_of({{5, "a"}, {5, "b"}, {6, "c"}}));
  CHECK(sequences(scan) == "5 6 ");
  CHECK(scan.corrupt);
}

TEST_CASE("random bytes are never a record", "[spool]") {
  Random random{3};
  for (int i = 0; i < 500; ++i) {
    std::string bytes = i % 2 == 0 ? render_segment_header(kSpool) : std::string{};
    for (auto n = random.below(300); n > 0; --n) bytes += static_cast<char>(random.next());
    CHECK(scan_segment(kSpool, bytes).frames.empty());
  }
}

TEST_CASE("segment names are read back and foreign names refused", "[spool]") {
  const SegmentName name{42, WallTime::from_unix_ms(1'800'000'000'123), 3};
  CHECK(parse_segment_name(render(name)) == name);
  for (const auto* bad : {"", "x", "1.2.3", "1.2.3.tmp", "0.2.3.seg", "1.b.3.seg", "-1.2.3.seg"})
    CHECK_FALSE(parse_segment_name(bad).has_value());
}
