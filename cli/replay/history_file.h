// An exported history as a file: JSON documents, one a line. The first is the header with the
// version, then batches and definitions, last an end line that counts them: a file that was cut is
// known. Blocking.
#pragma once

#include <string>

#include "cli/replay/history.h"

namespace picket::cli {

inline constexpr int kHistoryVersion = 1;

// Written beside `path` and renamed: never half. Errors: io, disk_full.
Status write_history(const std::string& path, const History& history);

// not_found, io; corrupt: no history, cut or damaged, with the line; invalid_argument: of another
// version.
Result<History> read_history(const std::string& path);

}  // namespace picket::cli
