#include "common/http/exchange_phases.h"

#include <catch2/catch.hpp>

namespace picket::http {
namespace {

using namespace std::chrono_literals;

TEST_CASE("phases are the spans between the marks", "[http][phases]") {
  const Phases phases = make_phases({3ms, 10ms, 25ms, 100ms, 120ms, true});
  CHECK(phases == Phases{3ms, 10ms, 15ms, 75ms, 20ms});
}

TEST_CASE("what was under way at the end has the rest of the time", "[http][phases]") {
  CHECK(make_phases({1ms, {}, {}, {}, 50ms, true}) == Phases{1ms, 50ms, 0ms, 0ms, 0ms});
  CHECK(make_phases({1ms, 5ms, {}, {}, 50ms, true}) == Phases{1ms, 5ms, 45ms, 0ms, 0ms});
  CHECK(make_phases({1ms, 5ms, 9ms, {}, 50ms, true}) == Phases{1ms, 5ms, 4ms, 41ms, 0ms});
  CHECK(make_phases({0ms, 5ms, {}, {}, 50ms, false}) == Phases{0ms, 5ms, 0ms, 45ms, 0ms});
}

TEST_CASE("marks out of order never make a phase negative or change the sum", "[http][phases]") {
  const Nanos values[] = {-5ms, 0ms, 7ms, 30ms, 90ms};
  for (const Nanos connected : values)
    for (const Nanos tls : values)
      for (const Nanos first : values)
        for (const Nanos ended : values) {
          const Phases phases = make_phases({2ms, connected, tls, first, ended, true});
          CHECK(phases.connect >= 0ms);
          CHECK(phases.tls >= 0ms);
          CHECK(phases.wait >= 0ms);
          CHECK(phases.transfer >= 0ms);
          CHECK(phases.total() == 2ms + std::max<Nanos>(0ms, ended));
        }
}

}  // namespace
}  // namespace picket::http
