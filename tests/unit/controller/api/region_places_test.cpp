#include "controller/api/region_places.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <string>
#include <vector>

using namespace picket;
using namespace picket::controller;

namespace {

struct Row {
  std::string provider;
  std::string region;
  GeoPoint at;
};
const std::vector<Row> kRows{
#define PICKET_REGION_PLACE(provider, region, latitude, longitude) \
  Row{provider, region, {latitude, longitude}},
#include "controller/api/region_places.def"
#undef PICKET_REGION_PLACE
};

}  // namespace

TEST_CASE("geohashes are those of the published examples", "[places]") {
  CHECK(geohash_of({57.64911, 10.40744}, 11) == "u4pruydqqvj");
  CHECK(geohash_of({42.6, -5.6}) == "ezs42");
  CHECK(geohash_of({0, 0}, 1) == "s");
  CHECK(geohash_of({-90, -180}, 2) == "00");
  CHECK(geohash_of({90, 180}, 2) == "zz");
}

TEST_CASE("each region of the table stands once, on the earth", "[places]") {
  std::set<std::string> seen;
  for (const Row& row : kRows) {
    INFO(row.region);
    CHECK(seen.insert(row.region).second);
    CHECK(std::set<std::string>{"aws", "gcp", "azure"}.count(row.provider) == 1);
    CHECK(std::abs(row.at.latitude) < 70);
    CHECK(std::abs(row.at.longitude) <= 180);
  }
}

TEST_CASE("a region is where its cloud says, or where the operator says", "[places]") {
  const RegionName dublin{"eu-west-1"};
  const RegionName office{"office"};
  const RegionPlaces places{
      {{office, {52.5, 13.4}}, {dublin, {1, 2}}},
      {{office, {{"cloud", "own"}}}, {dublin, {{"cloud", "a"}, {"provider", "b"}}}}};
  CHECK(RegionPlaces{}.find(dublin).provider == "aws");
  CHECK(RegionPlaces{}.find(dublin).at == GeoPoint{53.3, -6.3});
  CHECK(RegionPlaces{}.geohash(dublin).starts_with("gc7"));
  CHECK_FALSE(RegionPlaces{}.find(office).at.has_value());
  CHECK(RegionPlaces{}.geohash(office).empty());
  CHECK(places.find(office).at == GeoPoint{52.5, 13.4});
  CHECK(places.find(office).provider == "own");
  CHECK(places.find(dublin).at == GeoPoint{1, 2});
  CHECK(places.find(dublin).provider == "b");
}
