// A directory of check files -> checks and every mistake in them. One bad check never hides
// another. Blocking and CPU-bound (about 0.1 ms a check): the daemons call it on a worker thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/checks/decode.h"
#include "common/checks/diagnostic.h"
#include "common/core/result.h"
#include "common/model/check.h"

namespace picket::checks {

struct CheckFile {
  std::string path;
  bool readable{true};            // false: nothing in it could be decoded
  std::vector<CheckName> checks;  // that are in LoadedChecks::checks
  std::vector<CheckName> broken;  // left out; those whose name could be read
  std::size_t unnamed{0};         // left out, name unknown
  bool is_clean() const { return readable && broken.empty() && unnamed == 0; }
};

struct LoadedChecks {
  std::vector<Check> checks;            // valid ones, in file order; names are unique
  std::vector<Diagnostic> diagnostics;  // all, in file order
  std::vector<CheckFile> files;         // sorted by path; empty: no file was found
  std::size_t errors() const;
  std::size_t warnings() const;
  Tally tally() const;  // without the time
};

// Files and directories (files.h says which files). not_found: a path that does not exist; all
// else is a diagnostic.
Result<LoadedChecks> load_checks(const std::vector<std::string>& paths,
                                 const DecodeOptions& options = {});

// Texts by path, as if they stood there.
LoadedChecks load_check_texts(std::vector<std::pair<std::string, std::string>> texts,
                              const DecodeOptions& options = {});

// One file's text, as if it stood at `path`.
LoadedChecks load_check_text(const std::string& path, std::string text,
                             const DecodeOptions& options = {});

}  // namespace picket::checks
