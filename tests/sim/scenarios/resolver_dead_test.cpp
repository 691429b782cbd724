#include <catch2/catch.hpp>

#include "tests/sim/scenarios/scenario.h"

using namespace picket;

TEST_CASE("a region's dead resolver is one page about the region, none about checks", "[sim]") {
  sim::tell_of_a_blind_region(FailureKind::dns_timeout);
}
