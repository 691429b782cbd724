// Disk over POSIX files. Owned by main; used from the blocking pool, one call at a time.
// Never follows a request to leave a file readable by others: files are 0600, directories 0700.
#pragma once

#include <memory>

#include "agent/spool/disk.h"

namespace picket::agent {

std::unique_ptr<Disk> create_real_disk();

}  // namespace picket::agent
