// Set algebra over failing and passing runs: what all that fail share and none that passes has.
// Pure; knows neither checks nor time.
#pragma once

#include <set>
#include <vector>

#include "common/model/incident.h"

namespace picket::controller {

// What one run of a region met, its labels included.
struct Sighting {
  RegionName region;
  bool partial{false};  // a dimension without a value is not known
  TraitValues values;
};

// The most specific first; at most kCulpritsMax of one dimension.
//
// A value is named when every failing run has it and no passing run does. It is proven when the
// failure itself names the dimension (`told`), or when at least three regions know the dimension
// and at least one of them passes with another value. Beyond that an agent needs a passing run of
// another agent in its region, and a network or provider two failing regions.
inline constexpr std::size_t kCulpritsMax = 3;
std::vector<SharedTrait> find_shared(const std::vector<Sighting>& failing,
                                     const std::vector<Sighting>& passing,
                                     const std::set<Dimension>& told);

}  // namespace picket::controller
