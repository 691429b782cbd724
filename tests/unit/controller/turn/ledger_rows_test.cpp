#include "controller/turn/ledger_rows.h"

#include <catch2/catch.hpp>

#include "controller/store/compression.h"
#include "tests/support/memory_store.h"

using namespace picket;
using namespace picket::controller;

namespace {

const CheckName kCheck{"shop"};
const RegionName kRegion{"eu"};
constexpr std::int64_t kDay = 20'000;
constexpr Millis kInterval = minutes{5};

struct Desk {
  std::unique_ptr<Store> store{test::open_store()};
  Ledger ledger;

  void decide(std::size_t index, LedgerCode code, std::uint8_t duration = 0) {
    REQUIRE(ledger.decide({kCheck, kRegion, slot_round(kDay, kInterval, index)}, kInterval, code,
                          duration));
  }
  // As at a checkpoint.
  void flush() {
    ChangedDays changed;
    changed.add(ledger.take_changed());
    write(changed);
  }
  void write(const ChangedDays& changed) {
    WriteSet set;
    set.ledger = changed.rows(*store).value();
    REQUIRE(store->commit(set));
  }
  LedgerRow row() const { return store->ledger(kCheck, kRegion, kDay, kDay).value().at(0); }
  std::vector<std::uint8_t> durations() const { return durations_in(row())[kInterval]; }
};

using Bytes = std::vector<std::uint8_t>;

}  // namespace

TEST_CASE("durations of a day come together from checkpoint to checkpoint", "[ledger]") {
  Desk desk;
  desk.decide(0, LedgerCode::ran_good, 10);
  desk.flush();
  CHECK(desk.durations() == Bytes{10});
  desk.decide(2, LedgerCode::ran_good, 12);
  desk.flush();
  CHECK(desk.durations() == Bytes{10, 0, 12});
  desk.decide(1, LedgerCode::missed_offline);
  desk.flush();
  CHECK(desk.durations() == Bytes{10, 0, 12});
  desk.decide(1, LedgerCode::ran_bad, 11);  // late
  desk.flush();
  CHECK(desk.durations() == Bytes{10, 11, 12});
  const auto codes = codes_in(desk.row())->at(kInterval);
  CHECK(code_at(codes, 1) == LedgerCode::ran_bad);
}

TEST_CASE("days of several checks and regions keep apart", "[ledger]") {
  Desk desk;
  const auto decide = [&](const char* check, const char* region, std::int64_t day,
                          std::size_t index, std::uint8_t duration) {
    REQUIRE(desk.ledger.decide(
        {CheckName{check}, RegionName{region}, slot_round(day, kInterval, index)}, kInterval,
        LedgerCode::ran_good, duration));
  };
  const auto stored = [&](const char* check, const char* region, std::int64_t day) {
    const auto rows = desk.store->ledger(CheckName{check}, RegionName{region}, day, day).value();
    REQUIRE(rows.size() == 1);
    return durations_in(rows[0])[kInterval];
  };
  for (std::uint8_t index = 0; index < 2; ++index) {
    decide("a", "eu", kDay, index, 10 + index);
    decide("a", "eu", kDay + 1, index, 20 + index);
    decide("a", "us", kDay + 1, index, 30 + index);
    decide("b", "eu", kDay, index, 40 + index);
    desk.flush();
  }
  CHECK(stored("a", "eu", kDay) == Bytes{10, 11});
  CHECK(stored("a", "eu", kDay + 1) == Bytes{20, 21});
  CHECK(stored("a", "us", kDay + 1) == Bytes{30, 31});
  CHECK(stored("b", "eu", kDay) == Bytes{40, 41});
}

TEST_CASE("two checkpoints in one commit lose nothing", "[ledger]") {
  Desk desk;
  ChangedDays changed;
  CHECK(changed.empty());
  desk.decide(0, LedgerCode::ran_good, 10);
  changed.add(desk.ledger.take_changed());
  desk.decide(1, LedgerCode::ran_good, 11);
  changed.add(desk.ledger.take_changed());
  desk.write(changed);
  CHECK(desk.durations() == Bytes{10, 11});
  CHECK(code_at(codes_in(desk.row())->at(kInterval), 1) == LedgerCode::ran_good);
}

TEST_CASE("what is stored stays where a later life knows nothing", "[ledger]") {
  Desk desk;
  desk.decide(0, LedgerCode::ran_good, 10);
  desk.decide(1, LedgerCode::ran_bad);
  desk.decide(2, LedgerCode::missed_offline);
  desk.decide(5, LedgerCode::ran_degraded);
  desk.flush();
  desk.ledger = Ledger{};  // the check was deleted, the controller restarted, the check is back
  desk.decide(2, LedgerCode::ran_good);
  desk.decide(3, LedgerCode::ran_bad);
  desk.flush();
  const auto codes = codes_in(desk.row())->at(kInterval);
  std::vector<LedgerCode> stored;
  for (std::size_t i = 0; i < 6; ++i) stored.push_back(code_at(codes, i));
  CHECK(stored == std::vector{LedgerCode::ran_good, LedgerCode::ran_bad, LedgerCode::ran_good,
                              LedgerCode::ran_bad, LedgerCode::open, LedgerCode::ran_degraded});
  CHECK(desk.durations() == Bytes{10});
}

TEST_CASE("a replay after a crash writes the same again", "[ledger]") {
  Desk desk;
  desk.decide(0, LedgerCode::ran_good, 10);
  desk.flush();
  const LedgerRow before = desk.row();
  desk.ledger = Ledger{};
  desk.decide(0, LedgerCode::ran_good, 10);
  desk.flush();
  CHECK(desk.row().durations == before.durations);
  CHECK(desk.row().blob == before.blob);
}

TEST_CASE("rows without durations, or with damaged ones, get those that come", "[ledger]") {
  Desk desk;
  desk.decide(0, LedgerCode::ran_good, 10);
  for (const std::string& old : {std::string{}, std::string{"no zstd"}, compress("too short")}) {
    WriteSet set;
    set.ledger.push_back({kCheck, kRegion, kDay, compress(""), old});
    REQUIRE(desk.store->commit(set));
    CHECK(desk.durations().empty());
    CHECK(codes_in(desk.row()) == SlotBytes{});
  }
  desk.flush();
  CHECK(desk.durations() == Bytes{10});
  LedgerRow damaged;
  damaged.blob = "no zstd";
  CHECK_FALSE(codes_in(damaged));
}
