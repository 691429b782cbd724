#include "controller/ingest/ledger.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

constexpr Millis kInterval = minutes{5};

SlotId slot(int round) {
  return {CheckName{"shop"}, RegionName{"eu-west-1"},
          WallTime::from_unix_ms(1'800'000'000'000) + kInterval * round};
}

}  // namespace

TEST_CASE("a slot is decided once", "[ledger]") {
  Ledger ledger;
  CHECK(ledger.state(slot(0), kInterval) == LedgerCode::open);
  CHECK(ledger.decide(slot(0), kInterval, LedgerCode::ran_bad));
  CHECK_FALSE(ledger.decide(slot(0), kInterval, LedgerCode::ran_good));
  CHECK_FALSE(ledger.decide(slot(0), kInterval, LedgerCode::missed_offline));
  CHECK(ledger.state(slot(0), kInterval) == LedgerCode::ran_bad);
  CHECK(ledger.state(slot(1), kInterval) == LedgerCode::open);
}

TEST_CASE("a missed slot may become ran once", "[ledger]") {
  Ledger ledger;
  CHECK(ledger.decide(slot(0), kInterval, LedgerCode::missed_offline));
  CHECK_FALSE(ledger.decide(slot(0), kInterval, LedgerCode::skipped));
  CHECK(ledger.decide(slot(0), kInterval, LedgerCode::ran_good));
  CHECK_FALSE(ledger.decide(slot(0), kInterval, LedgerCode::ran_bad));
}

TEST_CASE("days survive a round trip and only changes are written", "[ledger]") {
  Ledger ledger;
  for (int i = 0; i < 600; ++i)
    ledger.decide(slot(i), kInterval, i % 7 == 0 ? LedgerCode::ran_bad : LedgerCode::ran_good);
  const auto days = ledger.take_changed();
  CHECK(days.size() == 3);
  CHECK(ledger.take_changed().empty());
  Ledger restored;
  for (const auto& day : days) REQUIRE(restored.restore(day));
  Ledger::Day damaged = days.front();
  damaged.codes.pop_back();
  CHECK_FALSE(Ledger{}.restore(damaged));
  for (int i = 0; i < 600; ++i)
    REQUIRE(restored.state(slot(i), kInterval) == ledger.state(slot(i), kInterval));
  ledger.decide(slot(600), kInterval, LedgerCode::skipped);
  CHECK(ledger.take_changed().size() == 1);
}

TEST_CASE("durations are held until they are taken, of the run that decided", "[ledger]") {
  using Durations = std::vector<SlotDuration>;
  Ledger ledger;
  const auto index = static_cast<std::uint32_t>(slot_index(slot(0).round, kInterval));
  ledger.decide(slot(0), kInterval, LedgerCode::ran_good, 40);
  ledger.decide(slot(0), kInterval, LedgerCode::ran_good, 90);  // superseded
  ledger.decide(slot(1), kInterval, LedgerCode::missed_offline);
  const auto day = Ledger::day_of(slot(0).round);
  const auto in_memory = ledger.days_of(CheckName{"shop"}, day, day);
  REQUIRE(in_memory.size() == 1);
  CHECK(in_memory[0].durations == Durations{{kInterval, index, 40}});
  const auto taken = ledger.take_changed();
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].durations == in_memory[0].durations);
  CHECK(taken[0].codes == in_memory[0].codes);
  CHECK(ledger.days_of(CheckName{"shop"}, day, day).at(0).durations.empty());
  ledger.decide(slot(1), kInterval, LedgerCode::ran_bad, 7);  // late
  CHECK(ledger.take_changed().at(0).durations == Durations{{kInterval, index + 1, 7}});
}

TEST_CASE("days of one check are found, within the range", "[ledger]") {
  Ledger ledger;
  const auto day = Ledger::day_of(slot(0).round);
  for (const char* check : {"a", "shop", "z"})
    for (const char* region : {"eu", "us"})
      for (int i = 0; i < 3; ++i)
        ledger.decide({CheckName{check}, RegionName{region}, slot(0).round + hours{24} * i},
                      kInterval, LedgerCode::ran_good, 1);
  const auto found = ledger.days_of(CheckName{"shop"}, day + 1, day + 2);
  REQUIRE(found.size() == 4);
  CHECK((found[0].region == RegionName{"eu"} && found[0].day == day + 1));
  CHECK((found[3].region == RegionName{"us"} && found[3].day == day + 2));
  CHECK(found[0].check == CheckName{"shop"});
  CHECK(ledger.days_of(CheckName{"none"}, day, day + 2).empty());
}

TEST_CASE("intervals that do not divide a day keep their slots apart", "[ledger]") {
  Ledger ledger;
  constexpr Millis kOdd = minutes{7};
  const WallTime first = WallTime::from_unix_ms(1'800'000'000'000 / kOdd.count() * kOdd.count());
  for (int i = 0; i < 500; ++i) {
    const SlotId id{CheckName{"c"}, RegionName{"r"}, first + kOdd * i};
    REQUIRE(ledger.state(id, kOdd) == LedgerCode::open);
    REQUIRE(ledger.decide(id, kOdd, LedgerCode::ran_good));
  }
}

TEST_CASE("old days leave memory once they were taken", "[ledger]") {
  Ledger ledger;
  ledger.decide(slot(0), kInterval, LedgerCode::ran_good);
  const auto tomorrow = Ledger::day_of(slot(0).round) + 1;
  ledger.forget_before(tomorrow);
  CHECK(ledger.state(slot(0), kInterval) == LedgerCode::ran_good);
  ledger.take_changed();
  ledger.forget_before(tomorrow);
  CHECK(ledger.state(slot(0), kInterval) == LedgerCode::open);
}

TEST_CASE("a changed interval keeps what the day held", "[ledger]") {
  Ledger ledger;
  ledger.decide(slot(3), kInterval, LedgerCode::ran_bad);
  ledger.decide(slot(6), minutes{1}, LedgerCode::ran_good);
  CHECK(ledger.state(slot(3), kInterval) == LedgerCode::ran_bad);
  CHECK(ledger.state(slot(6), minutes{1}) == LedgerCode::ran_good);
  Ledger restored;
  for (const auto& day : ledger.take_changed()) REQUIRE(restored.restore(day));
  CHECK(restored.state(slot(3), kInterval) == LedgerCode::ran_bad);
}
