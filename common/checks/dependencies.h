// What `depends_on` says over all files: names that exist, and no circle. Private to common/checks;
// pure, for the loader when every file is decoded.
#pragma once

#include <vector>

#include "common/checks/diagnostic.h"
#include "common/model/check.h"

namespace picket::checks {

struct DependencyMistakes {
  std::vector<Diagnostic> diagnostics;
  std::vector<CheckName> circular;
};

// W0204 for a name that none of the checks has, E0307 for each check of a circle: while one of
// them is down none would page.
DependencyMistakes check_dependencies(const std::vector<Check>& checks);

}  // namespace picket::checks
