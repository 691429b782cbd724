#include "common/model/schedule.h"

#include <catch2/catch.hpp>
#include <set>

using namespace picket;

TEST_CASE("the hash of a check is the head of the SHA-256 of its name", "[schedule]") {
  // printf shop-login | sha256sum
  CHECK(check_hash(CheckName{"shop-login"}) == 0x443ffe6ca9756f65ULL);
  CHECK(check_hash(CheckName{""}) == 0xe3b0c44298fc1c14ULL);
}

TEST_CASE("rounds start at whole multiples of the interval, also before 1970", "[schedule]") {
  const Millis interval{300'000};
  CHECK(round_start(WallTime::from_unix_ms(0), interval).unix_ms() == 0);
  CHECK(round_start(WallTime::from_unix_ms(299'999), interval).unix_ms() == 0);
  CHECK(round_start(WallTime::from_unix_ms(300'000), interval).unix_ms() == 300'000);
  CHECK(round_start(WallTime::from_unix_ms(-1), interval).unix_ms() == -300'000);
}

TEST_CASE("twelve regions at five minutes look every 25 seconds", "[schedule]") {
  const Millis interval{300'000};
  std::vector<Millis> phases;
  for (std::size_t i = 0; i < 12; ++i)
    phases.push_back(phase_of(CheckName{"shop-login"}, i, 12, interval));
  for (const Millis phase : phases) {
    CHECK(phase >= Millis{0});
    CHECK(phase < interval);
  }
  CHECK(worst_gap(phases, interval) == Millis{25'000});
}

TEST_CASE("phases of different checks differ, so that a fleet does not pulse", "[schedule]") {
  std::set<Millis> seen;
  for (int i = 0; i < 100; ++i)
    seen.insert(phase_of(CheckName{"check-" + std::to_string(i)}, 0, 12, Millis{300'000}));
  CHECK(seen.size() > 95);
}

TEST_CASE("the worst gap counts the turn of the round", "[schedule]") {
  const Millis interval{60'000};
  CHECK(worst_gap({}, interval) == interval);
  CHECK(worst_gap({Millis{10'000}}, interval) == interval);
  CHECK(worst_gap({Millis{50'000}, Millis{0}}, interval) == Millis{50'000});
  CHECK(worst_gap({Millis{20'000}, Millis{25'000}}, interval) == Millis{55'000});
}

TEST_CASE("a round closes a minute after its last run can end", "[schedule]") {
  const WallTime round = WallTime::from_unix_ms(600'000);
  CHECK(round_close(round, Millis{300'000}, Millis{20'000}).unix_ms() == 980'000);
}
