// When each hop of an attempt ran and what it waited for, as bars over one time axis: a row per
// hop, the phases by character and not by colour alone. Pure.
#pragma once

#include <string>

#include "cli/render/layout.h"

namespace picket::cli {

constexpr int kWaterfallColumnsMin = 60;  // narrower terminals get none by themselves

// One hop placed in time, both in the attempt's time.
struct PlacedHop {
  const StepResult* step{nullptr};
  const RequestResult* request{nullptr};
  Nanos start{0};
};

// The hops in the order of their starts. Where a start is not known (an agent of an older
// version), hops follow one another.
std::vector<PlacedHop> place_hops(const Attempt& attempt);

// Rows and a legend, each with a line break; empty when the attempt has no hop.
std::string render_waterfall(const Attempt& attempt, const TextStyle& style);

}  // namespace picket::cli
