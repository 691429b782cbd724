#include "controller/api/region_places.h"

#include <algorithm>
#include <array>

namespace picket::controller {
namespace {

struct Row {
  std::string_view provider;
  std::string_view region;
  GeoPoint at;
};

constexpr std::array kRows{
#define PICKET_REGION_PLACE(provider, region, latitude, longitude) \
  Row{provider, region, {latitude, longitude}},
#include "controller/api/region_places.def"
#undef PICKET_REGION_PLACE
};

const Row* known(std::string_view region) {
  const auto row = std::find_if(kRows.begin(), kRows.end(),
                                [region](const Row& one) { return one.region == region; });
  return row == kRows.end() ? nullptr : &*row;
}

// Halves the range and says whether the value lies in the upper half.
bool upper_half(double value, double& low, double& high) {
  const double middle = (low + high) / 2;
  const bool upper = value >= middle;
  (upper ? low : high) = middle;
  return upper;
}

}  // namespace

std::string geohash_of(const GeoPoint& point, std::size_t characters) {
  constexpr std::string_view kDigits = "0123456789bcdefghjkmnpqrstuvwxyz";
  double west = -180;
  double east = 180;
  double south = -90;
  double north = 90;
  std::string out;
  bool along = true;
  while (out.size() < characters) {
    std::size_t digit = 0;
    for (int bit = 0; bit < 5; ++bit, along = !along)
      digit = digit * 2 + (along ? upper_half(point.longitude, west, east)
                                 : upper_half(point.latitude, south, north));
    out += kDigits[digit];
  }
  return out;
}

RegionPlace RegionPlaces::find(const RegionName& region) const {
  RegionPlace place;
  if (const Row* row = known(region.value)) place = {std::string{row->provider}, row->at};
  if (const auto point = points_.find(region); point != points_.end()) place.at = point->second;
  if (const auto labels = labels_.find(region); labels != labels_.end())
    for (const char* name : {"cloud", "provider"})
      if (const auto label = labels->second.find(name); label != labels->second.end())
        place.provider = label->second;
  return place;
}

std::string RegionPlaces::geohash(const RegionName& region) const {
  const RegionPlace place = find(region);
  return place.at ? geohash_of(*place.at) : std::string{};
}

}  // namespace picket::controller
