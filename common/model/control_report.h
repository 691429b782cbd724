// What an agent's control targets said: URLs that answer unless the agent itself is cut off. Asked
// for by the controller, measured by agent/control_targets, judged by controller/evaluate. Pure
// values.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "common/core/time.h"

namespace picket {

inline constexpr std::size_t kControlTargetsMax = 4;  // more are not looked at

struct ControlAnswer {
  std::string target;  // URL
  bool answered{false};
  std::string why;  // why not, one line; empty when it answered
  bool operator==(const ControlAnswer&) const = default;
};

struct ControlReport {
  WallTime at;
  std::vector<ControlAnswer> answers;  // of what could be measured; not empty
  bool operator==(const ControlReport&) const = default;
};

}  // namespace picket
