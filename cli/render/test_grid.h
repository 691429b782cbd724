// What a `picket test` found at a glance: a row per check, a column per region, by shape and not
// by colour alone. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/render/layout.h"
#include "common/model/run.h"

namespace picket::cli {

// A run that there is no result of.
struct MissingRun {
  CheckName check;
  RegionName region;
  std::string why;  // "no agent polls there"
};

// With a legend of the marks that occur; ends with a line break.
std::string render_test_grid(const std::vector<RunResult>& results,
                             const std::vector<MissingRun>& missing, const TextStyle& style);

}  // namespace picket::cli
