// Files that commands write for their users: whole or not at all, so that a reader never sees
// half a report. Blocks; never creates directories.
#pragma once

#include <string>

#include "common/core/result.h"

namespace picket::cli {

// Writes beside `path` and renames: who reads sees the old file or the new one. An existing file
// keeps its mode, a link stays a link; a new file gets 0666 less the umask. What is no regular
// file (/dev/stdout) is written as it is.
// Returns disk_full or io with the system's reason; nothing is left beside then.
Status write_file(const std::string& path, const std::string& content);

}  // namespace picket::cli
