// The faults that `./dev sim --detection` draws: kinds with their bounds, and single faults at
// random phases and of random lengths. Plain values and pure functions.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/ids.h"
#include "common/core/random.h"
#include "common/http/http_client.h"

namespace picket::sim {

enum class FaultEffect { refused, status, hang, slow };

// What else goes wrong within a minute of the fault's start.
enum class FaultBeside { nothing, controller_restarts, agents_lost };

struct FaultKind {
  std::string_view name;
  std::string_view verdict;          // that pages it: "down", "regional", "degraded"
  int regions{0};                    // that see it; 0: all; 2: opposite ones
  std::vector<FaultEffect> effects;  // one of them
  FaultBeside beside{FaultBeside::nothing};
  Millis shortest{0};  // long enough that it must page and that its page comes before its end
  Millis longest{0};
  // paging.md, 2; nothing: it names none.
  std::optional<Millis> median_bound;
  std::optional<Millis> worst_bound;
  std::optional<Millis> recovery_bound;
};

// In the order of the table.
const std::vector<FaultKind>& fault_kinds();

struct DetectionFault {
  std::size_t kind{0};  // index of fault_kinds()
  FaultEffect effect{FaultEffect::status};
  std::set<RegionName> regions;  // that see it
  Millis length{0};
  int status{500};                // of FaultEffect::status
  Millis latency{0};              // of FaultEffect::slow
  Millis beside_at{0};            // from the start of the fault; may be before it
  Millis beside_for{0};           // how long the controller is away
  std::vector<std::size_t> lost;  // agents, by index; they come back after the fault
};

// Requires 12 regions, in the order of their phases.
DetectionFault draw_fault(std::size_t kind, const std::vector<RegionName>& regions, Random& random);

// What a well site answers, as it is while the fault lasts.
void spoil(const DetectionFault& fault, http::Exchange& exchange);

}  // namespace picket::sim
