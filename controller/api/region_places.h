// Where regions lie and whose they are: by the names that clouds give them (region_places.def), or
// as the operator says. For maps only: nothing is decided by it. Pure values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/core/ids.h"
#include "controller/api/geo_point.h"

namespace picket::controller {

struct RegionPlace {
  std::string provider;  // "aws", "gcp", "azure", or the region's label; empty: not known
  std::optional<GeoPoint> at;
};

// http://geohash.org as of 2008: base 32, longitude first. Requires degrees within their ranges.
std::string geohash_of(const GeoPoint& point, std::size_t characters = 5);

class RegionPlaces {
 public:
  using Labels = std::map<std::string, std::string>;
  RegionPlaces() = default;
  // What the configuration says comes before what the table knows; the provider is the label
  // `provider`, else `cloud`.
  RegionPlaces(std::map<RegionName, GeoPoint> points, std::map<RegionName, Labels> labels)
      : points_(std::move(points)), labels_(std::move(labels)) {}

  RegionPlace find(const RegionName& region) const;
  std::string geohash(const RegionName& region) const;  // empty: not known

 private:
  std::map<RegionName, GeoPoint> points_;
  std::map<RegionName, Labels> labels_;
};

}  // namespace picket::controller
