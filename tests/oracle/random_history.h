// One random history from a seed: a small fleet that looks at one or two checks on schedule and on
// order, under faults that come in patterns (global, one region, flapping, slow, lost regions),
// with definitions, silences and the controller itself changing in between. Deterministic.
#pragma once

#include <cstdint>
#include <string>

namespace picket::oracle {

struct HistoryOptions {
  std::uint64_t seed{1};
  std::size_t events{350};  // about; a quiet end follows in most
};

// The lines of FORMAT.md.
std::string make_history(const HistoryOptions& options);

}  // namespace picket::oracle
