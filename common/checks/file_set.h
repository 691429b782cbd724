// Check files as a set that travels from a laptop to a controller (`picket plan`, `picket apply`):
// paths below the directory and texts, and the digests that name a set and a plan. Blocking reads;
// else pure.
#pragma once

#include <string>
#include <vector>

#include "common/checks/load.h"

namespace picket::checks {

struct FileText {
  std::string path;  // below the directory, with '/': "shop/pay.check.yaml"
  std::string text;
};
using FileSet = std::vector<FileText>;  // sorted by path, each once

inline constexpr std::size_t kFilesMax = 10'000;

// All check files of a directory. not_found, invalid_argument (no directory), io.
Result<FileSet> read_file_set(const std::string& directory);

// invalid_argument: a path that leads out of a directory, is hidden, no *.check.yaml, or twice.
Status check_file_set(const FileSet& files);

// As load_checks() would find them below `directory` ("" for none).
LoadedChecks load_file_set(const FileSet& files, const std::string& directory,
                           const DecodeOptions& options = {});

// Why so many checks go only with a confirmation, in one sentence: all, or more than a fifth of ten
// or more (an empty mount must not resolve everything). Empty: they may go.
std::string confirmation_reason(std::size_t removed, std::size_t active);

// Names a plan: this set of files brought to a controller in that state (64 hex digits both).
std::string plan_digest(const std::string& state, const FileSet& files);

}  // namespace picket::checks
