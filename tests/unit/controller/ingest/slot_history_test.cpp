#include "controller/ingest/slot_history.h"

#include <catch2/catch.hpp>

#include "common/model/schedule.h"
#include "controller/ingest/duration_scale.h"

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kDay = *parse_rfc3339("2026-11-22T00:00:00Z");
const RegionName kRegion{"eu"};

// A ledger of one region as it would be stored; decided by `decide(ledger, slot)`.
struct Days {
  Ledger ledger;
  void decide(WallTime round, Millis interval, LedgerCode code, Millis took = Millis{0}) {
    ledger.decide({CheckName{"shop"}, kRegion, round}, interval, code,
                  took.count() == 0 ? std::uint8_t{0} : duration_code(took));
  }
  SlotHistory history(HistoryGrid grid) {
    SlotHistory out{grid};
    for (const Ledger::Day& day : ledger.take_changed()) {
      SlotBytes durations;
      set_durations(durations, day.durations);
      out.add(day.region, day.day, *unpack(day.codes), durations);
    }
    return out;
  }
};

}  // namespace

TEST_CASE("bytes of slots survive a round trip, damaged ones are refused", "[ledger]") {
  SlotBytes slots;
  set_durations(slots, {{minutes{5}, 3, 7}, {minutes{1}, 0, 9}, {minutes{5}, 3, 8}});
  CHECK(slots[minutes{5}] == std::vector<std::uint8_t>{0, 0, 0, 8});
  const std::string packed = pack(slots);
  CHECK(packed.size() == 16 + 4 + 16 + 1);
  CHECK(unpack(packed) == slots);
  CHECK(unpack("") == SlotBytes{});
  for (std::size_t size = 1; size < packed.size(); ++size)
    if (size != 17) CHECK_FALSE(unpack(packed.substr(0, size)));
}

TEST_CASE("a slot's index leads back to its round, also where intervals divide no day",
          "[ledger]") {
  for (const Millis interval : {Millis{10'000}, Millis{minutes{5}}, Millis{minutes{7}},
                                Millis{Seconds{4'321}}, Millis{hours{24}}})
    for (WallTime round = WallTime{round_start(kDay, interval) + interval};
         round < kDay + hours{72}; round = round + interval)
      REQUIRE(slot_round(Ledger::day_of(round), interval, slot_index(round, interval)) == round);
}

TEST_CASE("buckets are of known lengths, no more than wanted, and cover the range", "[ledger]") {
  const WallTime now = *parse_rfc3339("2026-11-22T14:37:21.512Z");
  const auto step = [&](Millis range, Millis interval, std::size_t points = 200) {
    const HistoryGrid grid = make_history_grid(now - range, now, interval, points);
    CHECK(grid.buckets <= points);
    CHECK(grid.from <= now - range);
    CHECK(grid.until() >= now);
    CHECK(grid.from > now - range - grid.step);
    CHECK(grid.until() < now + grid.step);
    CHECK(grid.step % interval == Millis{0});
    return grid.step;
  };
  CHECK(step(hours{4}, Millis{30'000}) == minutes{2});
  CHECK(step(hours{4}, minutes{5}) == minutes{5});
  CHECK(step(hours{24}, Millis{30'000}) == minutes{10});
  CHECK(step(hours{24 * 7}, minutes{1}) == hours{1});
  CHECK(step(hours{24 * 30}, minutes{1}) == hours{4});
  CHECK(step(hours{24 * 90}, minutes{1}) == hours{12});
  CHECK(step(hours{24 * 400}, minutes{1}, 1000) == hours{12});
  CHECK(step(hours{24 * 400}, Millis{10'000}, 2) >= hours{24 * 200});
  CHECK(step(hours{4}, minutes{7}, 20) == minutes{14});
  CHECK(step(hours{1}, hours{24}, 2) == hours{24});
  CHECK(step(Millis{1}, minutes{5}, 1000) == minutes{5});
  for (std::size_t points = 2; points < 60; ++points) step(hours{31}, Millis{90'000}, points);
}

TEST_CASE("slots are counted where their round begins", "[ledger]") {
  Days days;
  const Millis minute = minutes{1};
  days.decide(kDay - minute, minute, LedgerCode::ran_bad);  // before the range
  days.decide(kDay, minute, LedgerCode::ran_good, Millis{100});
  days.decide(kDay + minutes{9}, minute, LedgerCode::ran_degraded, Millis{400});
  days.decide(kDay + minutes{10}, minute, LedgerCode::ran_bad, Millis{9'000});
  days.decide(kDay + minutes{11}, minute, LedgerCode::ran_unknown, Millis{9'000});
  days.decide(kDay + minutes{12}, minute, LedgerCode::missed_offline);
  days.decide(kDay + minutes{13}, minute, LedgerCode::missed_clock);
  days.decide(kDay + minutes{14}, minute, LedgerCode::skipped);
  days.decide(kDay + minutes{30}, minute, LedgerCode::ran_good);  // behind it
  SlotHistory history = days.history({kDay, minutes{10}, 3});
  history.name(RegionName{"us"});
  REQUIRE(history.regions().size() == 2);
  CHECK(history.regions().at(RegionName{"us"}).size() == 3);
  const auto& buckets = history.regions().at(kRegion);
  CHECK((buckets[0].good == 1 && buckets[0].degraded == 1 && buckets[0].bad == 0));
  CHECK(buckets[0].durations.quantile(0.5) == Approx(100).epsilon(0.033));
  CHECK(buckets[0].durations.quantile(1) == Approx(400).epsilon(0.033));
  CHECK((buckets[1].bad == 1 && buckets[1].unknown == 1 && buckets[1].missed == 2));
  CHECK(buckets[1].skipped == 1);
  CHECK(buckets[1].durations.empty());
  CHECK(buckets[2].good == 0);
}

TEST_CASE("a changed interval counts with both, and days without durations still count",
          "[ledger]") {
  Days days;
  days.decide(kDay, minutes{5}, LedgerCode::ran_good, Millis{50});
  days.decide(kDay + minutes{6}, minutes{1}, LedgerCode::ran_good);
  const SlotHistory history = days.history({kDay, hours{1}, 1});
  CHECK(history.regions().at(kRegion)[0].good == 2);
  CHECK(history.regions().at(kRegion)[0].durations.quantile(1) == Approx(50).epsilon(0.033));
}

TEST_CASE("quantiles are by nearest rank", "[ledger]") {
  DurationCounts counts;
  CHECK(counts.empty());
  for (int code = 100; code >= 1; --code) counts.add(static_cast<std::uint8_t>(code));
  CHECK(counts.quantile(0.5) == duration_ms(50));
  CHECK(counts.quantile(0.95) == duration_ms(95));
  CHECK(counts.quantile(1) == duration_ms(100));
  CHECK(counts.quantile(0.001) == duration_ms(1));
  for (int i = 0; i < 900; ++i) counts.add(7);
  CHECK(counts.quantile(0.5) == duration_ms(7));
}
