#include "controller/ingest/duration_scale.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace picket::controller {
namespace {

constexpr double kLeastMs = 0.1;
constexpr double kStepsPerDoubling = 11;
constexpr double kFirst = 1;
constexpr double kLast = 255;

std::array<double, 256> make_scale() {
  std::array<double, 256> scale{};
  for (std::size_t code = 1; code < scale.size(); ++code)
    scale[code] = kLeastMs * std::exp2((static_cast<double>(code) - kFirst) / kStepsPerDoubling);
  return scale;
}

}  // namespace

std::uint8_t duration_code(Nanos duration) {
  if (duration < Nanos{0}) return 0;
  const double ms = std::chrono::duration<double, std::milli>(duration).count();
  const double code = kFirst + kStepsPerDoubling * std::log2(std::max(ms, kLeastMs) / kLeastMs);
  return static_cast<std::uint8_t>(std::lround(std::min(code, kLast)));
}

double duration_ms(std::uint8_t code) {
  static const std::array<double, 256> kScale = make_scale();
  return kScale[code];
}

}  // namespace picket::controller
