// Pseudo-random numbers that repeat from a seed (xoshiro256**, Blackman and Vigna 2018).
// Each component owns one, forked from its parent's. Not for secrets: see secure_random.h.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/core/time.h"

namespace picket {

class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t next();

  // Uniform in [0, bound). Requires bound > 0.
  std::uint64_t below(std::uint64_t bound);

  // Uniform in [0, 1).
  double unit();

  // True with probability p (clamped to [0, 1]).
  bool chance(double p) { return unit() < p; }

  // Uniform in [low, high]. Requires low <= high.
  Millis between(Millis low, Millis high);

  // An independent generator for the named component; the same name and parent state give the
  // same child.
  Random fork(std::string_view name);

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace picket
