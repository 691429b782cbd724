#include "controller/health/lateness_window.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

TEST_CASE("late starts and missed slots of a quarter of an hour are counted, older ones not",
          "[health]") {
  const WallTime start = WallTime::from_unix_ms(1'800'000'000'000);
  LatenessWindow window{Seconds{30}};
  window.add(start, Millis{0});
  window.add(start + Seconds{10}, Seconds{30});  // not later than that
  window.add(start + minutes{1}, Seconds{31});
  window.add_missed(start + minutes{2});
  const Lateness seen = window.view(start + minutes{3});
  CHECK(seen.runs == 3);
  CHECK(seen.late == 1);
  CHECK(seen.missed == 1);
  CHECK(seen.max == Seconds{31});
  CHECK(window.view(start + minutes{16}).late == 0);
  CHECK(window.view(start + minutes{16}).missed == 1);
  window.add(start + hours{1}, Millis{1});
  CHECK(window.view(start + hours{1}).runs == 1);
}
