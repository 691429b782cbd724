// What a changed checks directory means for the checks in force. A bad file never replaces a good
// version, and an empty mount never removes everything. Pure decisions over loaded files.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/checks/load.h"
#include "common/model/check.h"

namespace picket::controller {

struct ActiveCheck {
  Check check;
  Revision revision;
};

using ActiveChecks = std::map<CheckName, ActiveCheck>;

struct ReloadPlan {
  ActiveChecks next;  // in force afterwards
  std::vector<CheckName> added;
  std::vector<CheckName> changed;
  std::vector<CheckName> removed;
  std::vector<CheckName> kept;     // broken in the files now: the version in force stays
  std::string needs_confirmation;  // why, in one sentence; empty: it may be applied
  bool changes_anything() const { return !added.empty() || !changed.empty() || !removed.empty(); }
};

// Checks of a file that cannot be read, or of which parts cannot be named, stay as they are.
// Needs confirmation: removing all checks, or more than a fifth of ten or more.
ReloadPlan plan_reload(const ActiveChecks& active, const checks::LoadedChecks& loaded);

}  // namespace picket::controller
