#include "controller/ingest/duration_scale.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

TEST_CASE("the scale is stored: it never changes", "[ledger]") {
  CHECK(duration_ms(0) == 0);
  CHECK(duration_ms(1) == Approx(0.1));
  CHECK(duration_ms(12) == Approx(0.2));
  CHECK(duration_ms(111) == Approx(102.4));
  CHECK(duration_ms(255) == Approx(893'407).epsilon(0.0001));
  CHECK(duration_code(Millis{100}) == 111);
  CHECK(duration_code(Seconds{1}) == 147);
  CHECK(duration_code(minutes{1}) == 212);
}

TEST_CASE("every step stands for itself, and each is longer than the one before", "[ledger]") {
  for (int code = 1; code <= 255; ++code) {
    const double ms = duration_ms(static_cast<std::uint8_t>(code));
    CHECK(duration_code(Nanos{static_cast<std::int64_t>(ms * 1e6)}) == code);
    CHECK(ms > duration_ms(static_cast<std::uint8_t>(code - 1)));
  }
}

TEST_CASE("a duration is off by at most 3.2 %", "[ledger]") {
  for (double ms = 0.1; ms < 890'000; ms *= 1.013) {
    const Nanos duration{static_cast<std::int64_t>(ms * 1e6)};
    CHECK(duration_ms(duration_code(duration)) == Approx(ms).epsilon(0.033));
  }
}

TEST_CASE("what lies outside of the scale has its first or last step", "[ledger]") {
  CHECK(duration_code(Nanos{0}) == 1);
  CHECK(duration_code(Nanos{1}) == 1);
  CHECK(duration_code(hours{24 * 365}) == 255);
  CHECK(duration_code(Nanos{-1}) == 0);
}
