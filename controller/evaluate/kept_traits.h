// The traits of a region's newest runs as the evaluator keeps them: many, read when a condition
// holds and else not, so they are small rather than quick to read. Pure values.
#pragma once

#include <string>

#include "common/core/time.h"
#include "common/model/run_traits.h"

namespace picket::controller {

class KeptTraits {
 public:
  KeptTraits() = default;
  explicit KeptTraits(const RunTraits& traits);

  WallTime at() const { return at_; }  // start of the run
  RunTraits unpack() const;
  bool has(Dimension dimension, std::string_view value) const;

  bool operator==(const KeptTraits&) const = default;

 private:
  WallTime at_;
  bool partial_{false};
  std::string values_;  // for each: dimension, unit separator, value, record separator
};

}  // namespace picket::controller
