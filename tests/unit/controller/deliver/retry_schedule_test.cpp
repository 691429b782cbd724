#include "controller/deliver/retry_schedule.h"

#include <catch2/catch.hpp>

using namespace picket;
using namespace picket::controller;

namespace {

WallTime at(double seconds) {
  return WallTime::from_unix_ms(static_cast<std::int64_t>(seconds * 1000));
}

FailedAttempt failed(std::uint32_t failures, double started, double ended) {
  FailedAttempt attempt;
  attempt.failures = failures;
  attempt.due = at(0);
  attempt.started = at(started);
  attempt.ended = at(ended);
  return attempt;
}

}  // namespace

TEST_CASE("the first retries come after 2, 5, 10, 20 and 30 s", "[deliver]") {
  Random random{1};
  const double expected[] = {2, 5, 10, 20, 30};
  for (std::uint32_t n = 1; n <= 5; ++n)
    CHECK(next_attempt(failed(n, 100, 100), random) == at(100 + expected[n - 1]));
}

TEST_CASE("a slow failure counts from its start, but gets two seconds of rest", "[deliver]") {
  Random random{1};
  CHECK(next_attempt(failed(1, 100, 110), random) == at(112));
  CHECK(next_attempt(failed(4, 100, 110), random) == at(120));
}

TEST_CASE("later retries are 24 to 36 s apart until ten minutes, then 60 s", "[deliver]") {
  Random random{7};
  Millis shortest{1'000'000};
  Millis longest{0};
  for (int i = 0; i < 1000; ++i) {
    const Millis wait = next_attempt(failed(6, 300, 300), random) - at(300);
    shortest = std::min(shortest, wait);
    longest = std::max(longest, wait);
  }
  CHECK(shortest >= Seconds{24});
  CHECK(shortest < Seconds{25});
  CHECK(longest <= Seconds{36});
  CHECK(longest > Seconds{35});
  CHECK(next_attempt(failed(40, 600, 600), random) == at(660));
  CHECK(next_attempt(failed(4000, 86'400, 86'400), random) == at(86'460));
}

TEST_CASE("Retry-After is honoured from 1 to 120 s", "[deliver]") {
  Random random{1};
  FailedAttempt attempt = failed(1, 100, 101);
  attempt.retry_after = Seconds{45};
  CHECK(next_attempt(attempt, random) == at(146));
  attempt.retry_after = Seconds{0};
  CHECK(next_attempt(attempt, random) == at(102));
  attempt.retry_after = Seconds{100'000};
  CHECK(next_attempt(attempt, random) == at(221));
}

TEST_CASE("what only a person can mend is tried once a minute", "[deliver]") {
  Random random{1};
  FailedAttempt attempt = failed(1, 100, 101);
  attempt.hopeless = true;
  CHECK(next_attempt(attempt, random) == at(160));
}
