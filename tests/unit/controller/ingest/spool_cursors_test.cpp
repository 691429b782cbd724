#include "controller/ingest/spool_cursors.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kNow = WallTime::from_unix_ms(1'800'000'000'000);
const SpoolId kSpool{"ab"};
const AgentId kAgent{RegionName{"eu-west-1"}, "a"};

std::vector<SequencedRecord> range(std::uint64_t from, std::uint64_t to) {
  std::vector<SequencedRecord> records;
  for (auto seq = from; seq <= to; ++seq) records.push_back({seq, std::nullopt});
  return records;
}

}  // namespace

TEST_CASE("records are taken once however often they are sent", "[ingest]") {
  SpoolCursors cursors;
  CHECK(cursors.admit(kSpool, kAgent, range(1, 5), kNow)->next_seq == 6);
  const auto again = cursors.admit(kSpool, kAgent, range(3, 8), kNow);
  REQUIRE(again.has_value());
  CHECK(again->first_new == 3);
  CHECK(again->next_seq == 9);
  CHECK(cursors.admit(kSpool, kAgent, range(1, 5), kNow)->first_new == 5);
  CHECK(cursors.admit(kSpool, kAgent, {}, kNow)->next_seq == 9);
}

TEST_CASE("a batch beyond the cursor needs a gap record", "[ingest]") {
  SpoolCursors cursors;
  cursors.admit(kSpool, kAgent, range(1, 5), kNow);
  const auto beyond = cursors.admit(kSpool, kAgent, range(9, 10), kNow);
  REQUIRE_FALSE(beyond.has_value());
  CHECK(beyond.error().code == ErrorCode::sequence_gap);
  CHECK(cursors.next_seq(kSpool) == 6);
  auto records = range(9, 10);
  records.insert(records.begin(), SequencedRecord{6, 8});
  const auto declared = cursors.admit(kSpool, kAgent, records, kNow);
  REQUIRE(declared.has_value());
  CHECK(declared->lost == 3);
  CHECK(declared->next_seq == 11);
  CHECK(cursors.admit(kSpool, kAgent, records, kNow)->lost == 0);
}

TEST_CASE("a gap that overlaps what is durable loses only the rest", "[ingest]") {
  SpoolCursors cursors;
  cursors.admit(kSpool, kAgent, range(1, 5), kNow);
  const auto declared = cursors.admit(kSpool, kAgent, {SequencedRecord{3, 8}}, kNow);
  REQUIRE(declared.has_value());
  CHECK(declared->lost == 3);
  CHECK(declared->next_seq == 9);
}

TEST_CASE("holes, zero and reversed gaps break the contract", "[ingest]") {
  SpoolCursors cursors;
  const std::vector<std::vector<SequencedRecord>> bad{
      {{1, {}}, {3, {}}}, {{2, {}}, {1, {}}}, {{0, {}}}, {{5, 4}}, {{1, UINT64_MAX}}};
  for (const auto& records : bad) {
    const auto refused = cursors.admit(kSpool, kAgent, records, kNow);
    REQUIRE_FALSE(refused.has_value());
    CHECK(cursors.next_seq(kSpool) == 1);
  }
}

TEST_CASE("a spool belongs to the agent that began it", "[ingest]") {
  SpoolCursors cursors;
  cursors.admit(kSpool, kAgent, range(1, 5), kNow);
  const AgentId other{RegionName{"us-east-1"}, "a"};
  CHECK(cursors.admit(kSpool, other, range(6, 7), kNow).error().code ==
        ErrorCode::certificate_refused);
  SpoolCursors restored;
  restored.restore({*cursors.row(kSpool)});
  CHECK(restored.next_seq(kSpool) == 6);
}
