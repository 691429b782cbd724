#include "controller/ingest/test_desk.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

const WallTime kNow = WallTime::from_unix_ms(1'800'000'000'000);

TestSlot slot(const std::string& region) { return {CheckName{"shop"}, RegionName{region}}; }

RunResult run_in(const std::string& region) {
  RunResult run;
  run.key.check = CheckName{"shop"};
  run.key.region = RegionName{region};
  return run;
}

TestDesk with_one() {
  TestDesk desk;
  REQUIRE(desk.open("t", kNow, Millis{60'000}).has_value());
  desk.expect("t", {slot("a"), slot("b")});
  return desk;
}

}  // namespace

TEST_CASE("results are taken once each, from where they were ordered", "[test_desk]") {
  TestDesk desk = with_one();
  CHECK(desk.take("t", run_in("a"), 10, kNow).has_value());
  CHECK(desk.take("t", run_in("a"), 10, kNow).error().code == ErrorCode::not_found);
  CHECK(desk.take("t", run_in("c"), 10, kNow).error().code == ErrorCode::not_found);
  CHECK(desk.take("other", run_in("b"), 10, kNow).error().code == ErrorCode::not_found);
  CHECK_FALSE(desk.find("t", kNow)->done(kNow));
  CHECK(desk.take("t", run_in("b"), 10, kNow).has_value());
  CHECK(desk.find("t", kNow)->done(kNow));
  CHECK(desk.find("t", kNow)->results.size() == 2);
}

TEST_CASE("a test ends at its time, is kept a while for whoever fetches, and is forgotten",
          "[test_desk]") {
  TestDesk desk = with_one();
  const WallTime end = kNow + Millis{60'000};
  CHECK(desk.take("t", run_in("a"), 10, end).error().code == ErrorCode::not_found);
  REQUIRE(desk.find("t", end) != nullptr);
  CHECK(desk.find("t", end)->done(end));
  CHECK(desk.find("t", end)->waiting.size() == 2);
  CHECK(desk.find("t", end + TestDesk::kKept) == nullptr);
}

TEST_CASE("a test whose orders nobody got is over at once", "[test_desk]") {
  TestDesk desk;
  REQUIRE(desk.open("t", kNow, Millis{60'000}).has_value());
  desk.expect("t", {});
  CHECK(desk.find("t", kNow)->done(kNow));
}

TEST_CASE("tests and their results are bounded", "[test_desk]") {
  TestDesk desk;
  for (std::size_t i = 0; i < TestDesk::kTestsMax; ++i)
    REQUIRE(desk.open(std::to_string(i), kNow, Millis{60'000}).has_value());
  CHECK(desk.open("more", kNow, Millis{60'000}).error().code == ErrorCode::overloaded);
  desk.expect("0", {slot("a"), slot("b")});
  CHECK(desk.take("0", run_in("a"), TestDesk::kBytesMax, kNow).has_value());
  CHECK(desk.take("0", run_in("b"), 1, kNow).error().code == ErrorCode::overloaded);
  const WallTime later = kNow + Millis{60'000} + TestDesk::kKept;
  REQUIRE(desk.open("more", later, Millis{60'000}).has_value());
  desk.expect("more", {slot("b")});
  CHECK(desk.take("more", run_in("b"), TestDesk::kBytesMax, later).has_value());
}
