// Interface header. A place on the globe, as the configuration gives it and maps show it.
// Plain value: nothing is decided by it.
#pragma once

namespace picket::controller {

struct GeoPoint {
  double latitude{0};   // degrees, -90 to 90
  double longitude{0};  // degrees, -180 to 180
  bool operator==(const GeoPoint&) const = default;
};

}  // namespace picket::controller
