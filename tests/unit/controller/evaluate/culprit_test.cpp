// The set algebra, by its rules and on random fleets: a planted culprit is found, and nothing that
// is named is ever false.
#include "controller/evaluate/culprit.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>

#include "common/core/random.h"
#include "tests/support/evaluation_world.h"

using namespace picket;
using namespace picket::controller;

namespace {

using Sightings = std::vector<Sighting>;

Sighting seen(const std::string& region, TraitValues values) {
  return {RegionName{region}, false, std::move(values)};
}

std::optional<SharedTrait> of(const std::vector<SharedTrait>& traits, Dimension dimension) {
  for (const SharedTrait& trait : traits)
    if (trait.dimension == dimension) return trait;
  return std::nullopt;
}

bool has(const Sighting& sighting, const SharedTrait& trait) {
  const auto values = sighting.values.find(std::string{to_string(trait.dimension)});
  return values != sighting.values.end() && values->second.contains(trait.value);
}

// What the header promises, said again without its code.
void require_true(const SharedTrait& trait, const Sightings& failing, const Sightings& passing) {
  INFO(to_string(trait.dimension) << " " << trait.value);
  for (const Sighting& one : failing) REQUIRE(has(one, trait));
  for (const Sighting& one : passing) REQUIRE_FALSE(has(one, trait));
  if (!trait.proven) return;
  std::set<RegionName> known;
  std::size_t others = 0;
  for (const Sighting& one : failing) known.insert(one.region);
  for (const Sighting& one : passing)
    if (one.values.contains(std::string{to_string(trait.dimension)})) {
      known.insert(one.region);
      ++others;
    }
  REQUIRE(others > 0);
  REQUIRE((known.size() >= 3 || trait.dimension == Dimension::agent));
}

struct Fleet {
  Sightings regions;
};

// Few values in each dimension, so that they are shared and cross each other.
Fleet make_fleet(Random& random) {
  Fleet fleet;
  const int count = 3 + static_cast<int>(random.below(18));
  for (const RegionName& name : test::make_regions(count)) {
    const auto pick = [&](const char* prefix, std::uint64_t most) {
      return std::set<std::string>{prefix + std::to_string(random.below(most))};
    };
    TraitValues values{{"pop", pick("POP", 4)},         {"address", pick("192.0.2.", 5)},
                       {"provider", pick("cloud", 3)},  {"network", pick("AS", 4)},
                       {"certificate", pick("CN=", 2)}, {"issuer", pick("CA", 2)},
                       {"origin", pick("o", 3)}};
    values["agent"] = {name.value + "/a" + std::to_string(random.below(2))};
    fleet.regions.push_back({name, false, std::move(values)});
  }
  return fleet;
}

}  // namespace

TEST_CASE("what all failing runs share and no passing one has is named", "[culprit]") {
  const Sightings failing{seen("r1", {{"pop", {"FRA"}}, {"address", {"192.0.2.1"}}}),
                          seen("r2", {{"pop", {"FRA"}}, {"address", {"192.0.2.2"}}})};
  const Sightings passing{seen("r3", {{"pop", {"AMS"}}, {"address", {"192.0.2.3"}}})};
  const auto traits = find_shared(failing, passing, {});
  REQUIRE(traits.size() == 1);
  CHECK(traits[0] == SharedTrait{Dimension::pop, "FRA", 2, 1, true});
}

TEST_CASE("a value that a passing run has is not named", "[culprit]") {
  const Sightings failing{seen("r1", {{"pop", {"FRA"}}}), seen("r2", {{"pop", {"FRA"}}})};
  CHECK(find_shared(failing, {seen("r3", {{"pop", {"AMS", "FRA"}}})}, {}).empty());
}

TEST_CASE("a failing run without a value makes the dimension silent, an awaited one does not",
          "[culprit]") {
  Sightings failing{seen("r1", {{"certificate", {"CN=shop"}}}), seen("r2", {})};
  const Sightings passing{seen("r3", {{"certificate", {"CN=old"}}})};
  CHECK(find_shared(failing, passing, {}).empty());
  failing[1].partial = true;
  CHECK(of(find_shared(failing, passing, {}), Dimension::certificate).has_value());
}

TEST_CASE("without enough passing runs a shared value is not proven", "[culprit]") {
  const Sightings failing{seen("r1", {{"pop", {"FRA"}}}), seen("r2", {{"pop", {"FRA"}}}),
                          seen("r3", {{"pop", {"FRA"}}})};
  CHECK_FALSE(of(find_shared(failing, {}, {}), Dimension::pop)->proven);
  const Sightings one{seen("r1", {{"pop", {"FRA"}}})};
  const Sightings other{seen("r2", {{"pop", {"AMS"}}})};
  CHECK_FALSE(of(find_shared(one, other, {}), Dimension::pop)->proven);
  // A passing run that knows nothing of the dimension proves nothing.
  CHECK_FALSE(of(find_shared(failing, {seen("r4", {})}, {}), Dimension::pop)->proven);
  CHECK(of(find_shared(failing, other, {}), Dimension::pop)->proven);
}

TEST_CASE("what the failure names itself needs no passing run", "[culprit]") {
  const Sightings failing{seen("r1", {{"origin", {"js.example"}}}),
                          seen("r2", {{"origin", {"js.example", "b.example"}}})};
  const auto traits = find_shared(failing, {}, {Dimension::origin});
  REQUIRE(traits.size() == 1);
  CHECK(traits[0].value == "js.example");
  CHECK(traits[0].proven);
}

TEST_CASE("one region is no provider", "[culprit]") {
  const Sightings passing{seen("r3", {{"provider", {"gcp"}}}), seen("r4", {{"provider", {"gcp"}}})};
  Sightings failing{seen("r1", {{"provider", {"aws"}}})};
  CHECK_FALSE(of(find_shared(failing, passing, {}), Dimension::provider)->proven);
  failing.push_back(seen("r2", {{"provider", {"aws"}}}));
  CHECK(of(find_shared(failing, passing, {}), Dimension::provider)->proven);
}

TEST_CASE("an agent needs another that passes in the same region", "[culprit]") {
  const Sightings failing{seen("r1", {{"agent", {"r1/a"}}})};
  Sightings passing{seen("r2", {{"agent", {"r2/a"}}}), seen("r3", {{"agent", {"r3/a"}}})};
  CHECK_FALSE(of(find_shared(failing, passing, {}), Dimension::agent)->proven);
  passing.push_back(seen("r1", {{"agent", {"r1/b"}}}));
  CHECK(of(find_shared(failing, passing, {}), Dimension::agent)->proven);
}

TEST_CASE("one bad address of several is found in runs of one region", "[culprit]") {
  const Sightings failing{seen("r1", {{"address", {"192.0.2.2"}}}),
                          seen("r2", {{"address", {"192.0.2.2"}}})};
  const Sightings passing{seen("r1", {{"address", {"192.0.2.1"}}}),
                          seen("r3", {{"address", {"192.0.2.3"}}})};
  CHECK(of(find_shared(failing, passing, {}), Dimension::address)->value == "192.0.2.2");
}

TEST_CASE("in random fleets a planted culprit is named and nothing false", "[culprit]") {
  constexpr std::array kPlanted{Dimension::certificate, Dimension::origin, Dimension::address,
                                Dimension::pop,         Dimension::issuer, Dimension::network,
                                Dimension::provider};
  Random random{20261128};
  int proven = 0;
  for (int trial = 0; trial < 4'000; ++trial) {
    const Fleet fleet = make_fleet(random);
    const Dimension dimension = kPlanted[random.below(kPlanted.size())];
    const Sighting& victim = fleet.regions[random.below(fleet.regions.size())];
    const std::string key{to_string(dimension)};
    const std::string value = *victim.values.at(key).begin();
    Sightings failing;
    Sightings passing;
    for (const Sighting& one : fleet.regions)
      (one.values.at(key).contains(value) ? failing : passing).push_back(one);
    const auto traits = find_shared(failing, passing, {});
    for (const SharedTrait& trait : traits) require_true(trait, failing, passing);
    const auto found = of(traits, dimension);
    REQUIRE(found.has_value());
    CHECK(found->value == value);
    const bool of_regions = dimension == Dimension::network || dimension == Dimension::provider;
    CHECK(found->proven == (!passing.empty() && (!of_regions || failing.size() >= 2)));
    proven += found->proven ? 1 : 0;
    // Whatever else is named fits the failing regions exactly as well: nobody could tell more.
    for (const SharedTrait& trait : traits)
      CHECK(std::all_of(failing.begin(), failing.end(),
                        [&](const Sighting& one) { return has(one, trait); }));
  }
  CHECK(proven > 3'000);
}

TEST_CASE("in random fleets without a culprit nothing false is named", "[culprit]") {
  Random random{7};
  int silent = 0;
  for (int trial = 0; trial < 4'000; ++trial) {
    const Fleet fleet = make_fleet(random);
    Sightings failing;
    Sightings passing;
    for (const Sighting& one : fleet.regions) {
      const auto side = random.below(3);  // some have no newer run at all
      if (side == 0) failing.push_back(one);
      if (side == 1) passing.push_back(one);
    }
    if (failing.empty()) continue;
    const auto traits = find_shared(failing, passing, {});
    for (const SharedTrait& trait : traits) require_true(trait, failing, passing);
    silent += traits.empty() ? 1 : 0;
  }
  CHECK(silent > 1'000);
}
