#include "common/model/check.h"

#include <catch2/catch.hpp>

using namespace picket;

TEST_CASE("the default quorum is two, or a quarter of the regions, rounded up", "[check]") {
  const Quorum automatic;
  CHECK(quorum_of(automatic, 0) == 1);
  CHECK(quorum_of(automatic, 1) == 1);
  CHECK(quorum_of(automatic, 2) == 2);
  CHECK(quorum_of(automatic, 3) == 2);
  CHECK(quorum_of(automatic, 8) == 2);
  CHECK(quorum_of(automatic, 9) == 3);
  CHECK(quorum_of(automatic, 12) == 3);
  CHECK(quorum_of(automatic, 13) == 4);
}

TEST_CASE("a quorum never exceeds the assigned regions", "[check]") {
  struct Row {
    Quorum quorum;
    int assigned;
    int wanted;
  };
  using Kind = Quorum::Kind;
  for (const Row& row : {Row{{Kind::count, 3}, 12, 3}, Row{{Kind::count, 3}, 2, 2},
                         Row{{Kind::percent, 25}, 12, 3}, Row{{Kind::percent, 25}, 13, 4},
                         Row{{Kind::percent, 1}, 12, 1}, Row{{Kind::majority, 0}, 12, 7},
                         Row{{Kind::majority, 0}, 3, 2}, Row{{Kind::all, 0}, 12, 12},
                         Row{{Kind::any, 0}, 12, 1}, Row{{Kind::all, 0}, 0, 1}}) {
    INFO(static_cast<int>(row.quorum.kind) << ' ' << row.quorum.number << " of " << row.assigned);
    CHECK(quorum_of(row.quorum, row.assigned) == row.wanted);
  }
}

TEST_CASE("a run may last its timeout once per attempt", "[check]") {
  Check check;
  check.timeout = Millis{10'000};
  check.retries = 2;
  CHECK(run_limit(check) == Millis{30'000});
}

TEST_CASE("always steps have at most ten seconds more, counted per attempt", "[check]") {
  Check check;
  check.timeout = Millis{45'000};
  check.retries = 1;
  check.steps.resize(2);
  CHECK(always_allowance(check) == Millis{0});
  check.steps[1].always = true;
  CHECK(always_allowance(check) == Millis{10'000});
  CHECK(run_limit(check) == Millis{110'000});
  check.timeout = Millis{3'000};
  CHECK(always_allowance(check) == Millis{3'000});
}

TEST_CASE("severities are read back from their names", "[check]") {
  for (const char* name : {"critical", "error", "warning", "info"})
    CHECK(to_string(parse_severity(name).value()) == name);
  CHECK_FALSE(parse_severity("fatal").has_value());
}
