// A changed definition as far as history can judge it: what decides over verdicts and pages is the
// changed one's, what made the runs (steps, interval, timeout, retries) stays as it was, and the
// difference is said. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "common/model/check.h"

namespace picket::cli {

struct Adapted {
  Check check;
  std::vector<std::string> not_judged;  // "interval 1m: the runs were made every 5m"
};

Adapted adapt(const Check& changed, const Check& recorded);

// The recorded regions that the changed selector keeps; labels and `all` keep every one.
std::vector<RegionName> adapt_regions(const RegionSelector& selector,
                                      const std::vector<RegionName>& recorded,
                                      std::vector<std::string>& not_judged);

}  // namespace picket::cli
