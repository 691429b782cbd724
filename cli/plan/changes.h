// What differs between two definitions of a check, in the words of its YAML: what `picket plan`
// shows of a changed check. Pure functions over plain values.
#pragma once

#include <string>
#include <vector>

#include "common/model/check.h"

namespace picket::cli {

struct KeyChange {
  std::string key;     // "quorum", "alerts.slow.when", "steps.login.expect"
  std::string before;  // both empty: too long to be shown, it is another one
  std::string after;
  bool operator==(const KeyChange&) const = default;
};

// In the order of the format's keys. Positions are no difference; empty for checks that behave
// alike.
std::vector<KeyChange> changes_between(const Check& before, const Check& after);

}  // namespace picket::cli
