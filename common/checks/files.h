// Finds and reads the files of a directory of checks. Blocking: call it on a worker thread. It
// never follows links to directories and never opens what is not a regular file.
#pragma once

#include <string>
#include <vector>

#include "common/checks/diagnostic.h"
#include "common/core/result.h"

namespace picket::checks {

struct FoundFiles {
  std::vector<std::string> paths;       // sorted, each file once
  std::vector<Diagnostic> diagnostics;  // E0101: what could not be looked at
};

// A file as it is; of a directory all `*.check.yaml` at any depth. Links to files are followed (a
// mounted ConfigMap is made of them), links to directories and hidden directories are not.
// not_found: a path that does not exist.
Result<FoundFiles> find_check_files(const std::vector<std::string>& paths);

// At most `bytes_max` bytes of a regular file. not_found, io, invalid_argument (too large, not a
// regular file).
Result<std::string> read_text_file(const std::string& path, std::size_t bytes_max);

}  // namespace picket::checks
