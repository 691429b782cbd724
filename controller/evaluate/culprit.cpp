#include "controller/evaluate/culprit.h"

namespace picket::controller {
namespace {

constexpr std::size_t kRegionsLeast = 3;  // that know the dimension

using Regions = std::set<RegionName>;

// Of one dimension.
struct Sides {
  std::set<std::string> common;  // to all failing runs
  std::set<std::string> fine;    // of passing runs
  Regions failing;
  Regions passing;
};

const std::set<std::string>* values_of(const Sighting& sighting, Dimension dimension) {
  const auto found = sighting.values.find(std::string{to_string(dimension)});
  return found == sighting.values.end() || found->second.empty() ? nullptr : &found->second;
}

// False when a failing run is known not to have a value.
bool take_failing(const std::vector<Sighting>& failing, Dimension dimension, Sides& sides) {
  for (const Sighting& sighting : failing) {
    const auto* values = values_of(sighting, dimension);
    if (values == nullptr && sighting.partial) continue;
    if (values == nullptr) return false;
    if (sides.failing.empty()) {
      sides.common = *values;
    } else {
      std::erase_if(sides.common, [&](const auto& value) { return !values->contains(value); });
    }
    sides.failing.insert(sighting.region);
  }
  return !sides.common.empty();
}

void take_passing(const std::vector<Sighting>& passing, Dimension dimension, Sides& sides) {
  for (const Sighting& sighting : passing) {
    const auto* values = values_of(sighting, dimension);
    if (values == nullptr) continue;
    sides.fine.insert(values->begin(), values->end());
    sides.passing.insert(sighting.region);
  }
}

bool is_enough(const Sides& sides, Dimension dimension) {
  if (sides.passing.empty()) return false;
  if (dimension == Dimension::agent)
    return sides.failing.size() == 1 && sides.passing.contains(*sides.failing.begin());
  const bool of_regions = dimension == Dimension::network || dimension == Dimension::provider;
  if (of_regions && sides.failing.size() < 2) return false;
  Regions known = sides.failing;
  known.insert(sides.passing.begin(), sides.passing.end());
  return known.size() >= kRegionsLeast;
}

}  // namespace

std::vector<SharedTrait> find_shared(const std::vector<Sighting>& failing,
                                     const std::vector<Sighting>& passing,
                                     const std::set<Dimension>& told) {
  std::vector<SharedTrait> found;
  for (const Dimension dimension : kDimensions) {
    Sides sides;
    if (!take_failing(failing, dimension, sides)) continue;
    take_passing(passing, dimension, sides);
    SharedTrait trait{.dimension = dimension};
    trait.failing = static_cast<int>(sides.failing.size());
    trait.passing = static_cast<int>(sides.passing.size());
    trait.proven = told.contains(dimension) || is_enough(sides, dimension);
    std::size_t named = 0;
    for (const std::string& value : sides.common) {
      if (sides.fine.contains(value) || ++named > kCulpritsMax) continue;
      trait.value = value;
      found.push_back(trait);
    }
  }
  return found;
}

}  // namespace picket::controller
