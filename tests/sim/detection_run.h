// One world in which faults come one after the other, and what became of each: when it was paged,
// when its incident was resolved, which pages no fault accounts for. Everything follows from the
// seed; worlds share nothing, so that several may run on threads of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/core/time.h"

namespace picket::sim {

struct DetectionOptions {
  std::uint64_t seed{1};
  int faults{1000};
  double loss{0.01};  // of messages agent <-> controller, requests to the site, pages
  bool naive{false};  // any region's first failed attempt pages: no quorum, no second look
};

struct FaultOutcome {
  std::size_t kind{0};              // index of fault_kinds()
  std::optional<Millis> detected;   // from the start to the page that PagerDuty took
  std::optional<Millis> recovered;  // from the end to the resolve that it took
};

struct FalsePage {
  std::size_t kind{0};  // of the fault before it; of the first for one before any
  WallTime at;
  std::string why;  // "no fault", "again", "resolved early", "never resolved"
  std::string title;
  std::uint64_t seed{0};  // of its world, which that and its number of faults repeat
};

struct DetectionResult {
  std::vector<FaultOutcome> faults;
  std::vector<FalsePage> false_pages;
  std::vector<std::string> violations;  // of paging.md, 7
  Millis simulated{0};
};

// options.faults faults in one world; the kinds take turns, beginning with `first_kind`.
DetectionResult run_detection(const DetectionOptions& options, std::size_t first_kind);

}  // namespace picket::sim
