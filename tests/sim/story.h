// A random story in a simulated world: weather, faults of the site, kills and restarts, a
// misbehaving PagerDuty, all from one seed; then everything heals and the promises are judged.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/core/time.h"

namespace picket::sim {

struct StoryOptions {
  std::uint64_t seed{1};
  Millis length{hours{24}};
  bool print{false};    // each turn on stdout
  bool history{false};  // for the oracle, in the outcome
};

struct StoryOutcome {
  std::vector<std::string> violations;
  std::string trace_hash;
  std::size_t runs{0};       // acknowledged
  std::size_t pages{0};      // messages that PagerDuty took
  std::size_t incidents{0};  // that it opened
  int kills{0};
  std::string history;
};

StoryOutcome tell_story(const StoryOptions& options);

}  // namespace picket::sim
