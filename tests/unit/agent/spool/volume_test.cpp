#include "agent/spool/volume.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::agent;

namespace {

Segment segment(std::uint64_t first, std::uint64_t bytes = 100) {
  const SegmentName name{first, WallTime::from_unix_ms(1'000), 0};
  return {"/v/" + render(name), name, bytes};
}

Volume volume_of(std::initializer_list<std::uint64_t> firsts, std::uint64_t end) {
  Volume out{SpoolId{"id"}, "/v"};
  for (const auto first : firsts) out.put(segment(first));
  out.set_end(end);
  return out;
}

}  // namespace

TEST_CASE("a sequence is in the last segment that starts at or before it", "[spool]") {
  const Volume v = volume_of({1, 10, 20}, 25);
  CHECK(v.place_of(9).segment->name.first_seq == 1);
  CHECK(v.place_of(9).end == 10);
  CHECK(v.place_of(10).segment->name.first_seq == 10);
  CHECK(v.place_of(24).end == 25);
}

TEST_CASE("what stands before the first segment is a gap", "[spool]") {
  const Volume v = volume_of({10}, 25);
  CHECK_FALSE(v.place_of(3).segment.has_value());
  CHECK(v.place_of(3).end == 10);
}

TEST_CASE("a segment that grows keeps its place", "[spool]") {
  Volume v = volume_of({1, 10}, 12);
  v.put(segment(10, 900));
  CHECK(v.segments().size() == 2);
  CHECK(v.bytes() == 1'000);
}

TEST_CASE("wholly acknowledged segments are given up, the last of a live spool never", "[spool]") {
  Volume v = volume_of({1, 10, 20}, 25);
  v.acknowledge(15);
  CHECK(v.take_acknowledged().size() == 1);
  v.acknowledge(25);
  CHECK(v.take_acknowledged().size() == 1);
  CHECK(v.segments().size() == 1);
  v.seal();
  CHECK(v.take_acknowledged().size() == 1);
  CHECK(v.segments().empty());
}

TEST_CASE("dropping counts what was not acknowledged and leaves a mark at the end", "[spool]") {
  Volume v = volume_of({1, 10}, 15);
  v.seal();
  v.acknowledge(4);
  CHECK(v.drop_oldest().records == 6);
  const auto last = v.drop_oldest();
  CHECK(last.records == 5);
  CHECK(last.tombstone.has_value());
  CHECK_FALSE(v.can_drop());
  CHECK_FALSE(v.place_of(4).segment.has_value());
  CHECK(v.place_of(4).end == 15);
}

TEST_CASE("the segment that is being written is never dropped", "[spool]") {
  Volume v = volume_of({1}, 15);
  CHECK_FALSE(v.can_drop());
  v.put(segment(10));
  CHECK(v.can_drop());
}
