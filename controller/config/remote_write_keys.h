// `remote_write` of the controller's configuration: where its metrics are pushed. Used once, at
// start-up, by config.
#pragma once

#include "common/checks/fields.h"
#include "controller/remote_write/settings.h"

namespace picket::controller {

// Leaves `out` as it is where the key is absent; mistakes go to the file's report.
void read_remote_write(const checks::Fields& file, RemoteWriteSettings& out);

}  // namespace picket::controller
