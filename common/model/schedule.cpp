#include "common/model/schedule.h"

#include <algorithm>

#include "common/core/digest.h"

namespace picket {

std::uint64_t check_hash(const CheckName& name) {
  const std::string digest = sha256(name.value);
  std::uint64_t hash = 0;
  for (size_t i = 0; i < 8; ++i) hash = hash << 8 | static_cast<unsigned char>(digest[i]);
  return hash;
}

WallTime round_start(WallTime at, Millis interval) {
  std::int64_t remainder = at.unix_ms() % interval.count();
  if (remainder < 0) remainder += interval.count();
  return WallTime::from_unix_ms(at.unix_ms() - remainder);
}

Millis phase_of(const CheckName& check, std::size_t index, std::size_t count, Millis interval) {
  const auto span = static_cast<std::uint64_t>(interval.count());
  const std::uint64_t spread = static_cast<std::uint64_t>(index) * span / count;
  return Millis{static_cast<std::int64_t>((check_hash(check) % span + spread) % span)};
}

Millis worst_gap(std::vector<Millis> phases, Millis interval) {
  if (phases.empty()) return interval;
  std::sort(phases.begin(), phases.end());
  Millis worst = phases.front() + interval - phases.back();
  for (size_t i = 1; i < phases.size(); ++i) worst = std::max(worst, phases[i] - phases[i - 1]);
  return worst;
}

WallTime round_close(WallTime round, Millis interval, Millis run_limit) {
  return round + interval + run_limit + Millis{60'000};
}

}  // namespace picket
